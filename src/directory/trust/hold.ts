import type { Kept } from '../hooks.ts';

/**
 * The guard before everything that may lose people: an edit of a file, a list of domains, people who vanish. What loses
 * too much is held and not believed until an administrator accepts it, or it is taken back. What was accepted last is
 * kept, so that a restart, a reload or a take-over does not accept in silence what was held.
 */
export interface Hold<C> extends Holding {
  /** Takes `next`, or holds it where it loses too much; what was held before is dropped. */
  offer(next: C): 'taken' | 'held';
  held(): Held<C> | undefined;
}

/** What all holds have in common, whatever they guard. */
export interface Holding {
  /** What waits to be accepted, and what it would lose, in words. */
  held(): { readonly loss: string } | undefined;
  /** Takes what is held and says what is lost; absent: nothing is held. */
  readonly accept: () => string | undefined;
  /** Drops what is held: its source is again as it was accepted. */
  withdraw(): void;
}

export interface Held<C> {
  readonly content: C;
  readonly loss: string;
}

export interface HoldOptions<C, M> {
  /** What is guarded, as `kept` names it: `people`, `domains`. */
  readonly name: string;
  readonly kept: Kept;
  /** Makes of accepted content what is kept of it: small, JSON; a count and a keyed digest suffice. */
  readonly measure: (content: C) => M;
  /** Reads what `measure` made, perhaps by another version; absent: it can't be used. */
  readonly readMeasure: (kept: unknown) => M | undefined;
  /**
   * What `next` would lose, in words; absent: nothing that matters. `last` is the content that was taken in this
   * process, `measured` what is known of the last one that was accepted, by a former process perhaps.
   */
  readonly loss: (before: Before<C, M>, next: C) => string | undefined;
  /** Lets `next` count from now on. */
  readonly take: (next: C) => void;
}

/** What counted until now; both absent: nothing is known, and nothing can be lost that anybody knows of. */
export interface Before<C, M> {
  readonly last?: C;
  readonly measured?: M;
}

/** Creates a hold that guards against what a former process accepted. */
export function createHold<C, M>(options: HoldOptions<C, M>): Hold<C> {
  const { name, kept, measure } = options;
  const measured = options.readMeasure(kept.read(name));
  let before: Before<C, M> = measured === undefined ? {} : { measured };
  let held: Held<C> | undefined;

  const take = (next: C): void => {
    held = undefined;
    before = { last: next, measured: measure(next) };
    kept.write(name, before.measured);
    options.take(next);
  };

  return {
    offer(next) {
      const loss = options.loss(before, next);
      if (loss === undefined) {
        take(next);
        return 'taken';
      }
      held = { content: next, loss };
      return 'held';
    },
    held: () => held,
    accept() {
      if (held === undefined) return undefined;
      const { content, loss } = held;
      take(content);
      return loss;
    },
    withdraw() {
      held = undefined;
    },
  };
}
