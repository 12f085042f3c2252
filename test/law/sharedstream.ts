import type { HeardLine, Together, ToldLine, Turn } from '../../src/mirror/shared/told.ts';
import type { Time } from './sharedworld.ts';

/** What may become of what was laid down. */
export const STREAM_STEPS = ['flush', 'trim', 'drop', 'again', 'swap'] as const;

export type StreamStep = (typeof STREAM_STEPS)[number];

interface Laid {
  readonly id: number;
  readonly at: number;
  readonly line: ToldLine;
}

/** The engine, and what may be done to it by accident and by somebody who may write there. */
export class TestStream {
  readonly down = new Set<number>();
  lines: Laid[] = [];
  /** All that was ever laid down. */
  readonly all: Laid[] = [];
  readonly turns = new Map<Turn, { readonly by: number; readonly until: number }>();
  #id = 0;
  readonly #time: Time;

  constructor(time: Time) {
    this.#time = time;
  }

  lay(line: ToldLine, at = this.#time.now): string {
    const laid = { id: ++this.#id, at, line };
    this.lines.push(laid);
    this.all.push(laid);
    return String(laid.id);
  }

  /** Does to it what its memory may, or whoever may write there: to what was laid down `back` lines ago. */
  happen(what: StreamStep, back: number): void {
    const i = this.lines.length - 1 - back;
    const line = this.lines[i];
    const happen: Readonly<Record<StreamStep, () => void>> = {
      flush: () => {
        this.lines = [];
        this.turns.clear();
      },
      trim: () => {
        this.lines = this.lines.slice(-back);
      },
      drop: () => {
        this.lines = this.lines.filter((each) => each !== line);
      },
      // What was laid down before is laid down once more, with the time that is sealed in it.
      again: () => {
        const old = this.all[this.all.length - 1 - back * 3];
        if (old !== undefined) this.lay(old.line, old.at);
      },
      swap: () => {
        const next = this.lines[i + 1];
        if (line === undefined || next === undefined) return;
        this.lines[i] = { ...next, id: line.id };
        this.lines[i + 1] = { ...line, id: next.id };
      },
    };
    happen[what]();
  }

  /** As the process `who` meets it. `life`: over, and nothing of it reaches the engine any more. */
  of(who: number, life: AbortSignal): Together {
    const { turns } = this;
    const isCut = (): boolean => this.down.has(who) || life.aborted;
    return {
      name: `daemon-${who}`,
      turn: async (what) => {
        if (isCut()) return 'alone';
        const held = turns.get(what);
        if (held !== undefined && held.until > this.#time.now && held.by !== who) return 'another';
        turns.set(what, { by: who, until: this.#time.now + (what === 'follow' ? 6000 : 10_000) });
        return 'ours';
      },
      giveUp: (what) => {
        if (!isCut()) turns.delete(what);
      },
      lay: async (line) => {
        if (isCut() || (line.n > 0 && this.lines.length === 0)) return undefined;
        return this.lay(line);
      },
      read: async (after = '0') => {
        if (isCut()) return undefined;
        const rest = this.lines.filter(({ id }) => id > Number(after));
        const page = rest.slice(0, 4);
        return {
          lines: page.map(
            ({ id, at, line }): HeardLine => ({
              ...line,
              id: String(id),
              ageMs: this.#time.now - at,
            }),
          ),
          end: String(page.at(-1)?.id ?? after),
          isLast: rest.length <= page.length,
        };
      },
    };
  }
}
