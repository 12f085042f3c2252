import type { Cause, Maybe, None } from '../directory/directory.ts';
import type { Said } from '../mirror/said.ts';

/** What is known after asking. `unknown` is a fault and is never taken for `none`. */
export type Outcome<T> = Found<T> | Absent | Unknown;

/** Somebody, or something, is there. `value` holds at least one. */
export interface Found<T> {
  readonly status: 'found';
  readonly value: readonly T[];
  /** Why memory, or an old copy, had to stand in for the directory; absent while fresh. */
  readonly stale?: Unknown;
  /** Until when the same may be said without asking here: whole ms on the daemon's clock. Absent: nobody knows. */
  readonly goodUntil?: number;
  /** When the directory said it, on the daemon's clock. Absent: just now. */
  readonly askedAt?: number;
  /** The daemon of the fleet that was told it. Absent: this one. */
  readonly by?: string;
}

/** Nobody, and by what that is proved. */
export interface Absent extends None {
  /** These as of a *found*. */
  readonly goodUntil?: number;
  readonly askedAt?: number;
  readonly by?: string;
}

/** Not known. `reason` is one line for an operator, without addresses and secrets. */
export interface Unknown {
  readonly status: 'unknown';
  readonly cause: Cause;
  readonly directory: string;
  readonly reason: string;
}

/** What a caller brings along: one object for all requests that one read completed. */
export interface Context {
  /** When the request's last byte was read: whole ms on the daemon's clock. Freshness is judged at this instant. */
  readonly arrivedAt: number;
  /** The instant by which the request is answered, whatever it still has to ask. */
  readonly deadline: number;
  /** Hears each step of the way; only `explain` has one. */
  readonly tell?: (step: Step) => void;
}

/** One step on a query's way, for `explain`. */
export type Step =
  | { readonly step: 'candidate'; readonly kind: string; readonly address: string }
  | {
      readonly step: 'memory';
      readonly directory: string;
      readonly key: string;
      /** `fleet`: another daemon was told it. */
      readonly state: 'fresh' | 'stale' | 'none' | 'unknown' | 'joined' | 'fleet';
      /** Since the last authoritative answer; absent where there was none. */
      readonly ageMs?: number;
      /** The daemon of the fleet that was told it. */
      readonly by?: string;
    }
  | {
      readonly step: 'mirror';
      readonly directory: string;
      readonly key: string;
      readonly is: Said['is'];
      /** How it stands, in words. */
      readonly how: string;
    }
  | { readonly step: 'asked'; readonly directory: string; readonly key: string }
  | {
      readonly step: 'outcome';
      readonly directory: string;
      readonly key: string;
      readonly outcome: Outcome<unknown>;
    }
  /** The directory is asked beside those that answer, to be compared with them. */
  | { readonly step: 'shadow'; readonly directory: string };

/** One question as a caller puts it: at once where memory knows, else a promise. Never rejects. */
export type Lookup<T> = (key: string, context: Context) => Maybe<Outcome<T>>;

/**
 * One question on its way to the directory, shared by everyone who waits for it: at once where the directory answers so, else
 * a promise. Never throws or rejects, but for a bug.
 */
export type Flight<T> = (key: string, signal: AbortSignal) => Maybe<Outcome<T>>;

/** Wraps a `Lookup` or a `Flight`. */
export type Policy<F> = (next: F) => F;

/** Puts `policies` round `last`, the first one outermost. */
export const chain = <F>(policies: readonly Policy<F>[], last: F): F =>
  policies.reduceRight((next, policy) => policy(next), last);

export const unknown = (cause: Cause, directory: string, reason: string): Unknown => ({
  status: 'unknown',
  cause,
  directory,
  reason,
});
