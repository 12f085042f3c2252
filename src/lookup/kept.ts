import type { Absent, Found, Unknown } from './outcome.ts';

/** When something was said and how long it counts: whole ms on the daemon's clock, so that V8 keeps them unboxed. */
export interface Life {
  /** When the directory said it: stale age counts from here. */
  readonly askedAt: number;
  /** From then on a question refreshes it, or asks anew. */
  readonly goodUntil: number;
  readonly freshUntil: number;
}

/** What is remembered has a life. Of an earlier epoch: its word counts no more. */
export type Kept = Life & { readonly epoch: number };

/** A remembered *found*, *none* or *unknown*; who asks twice may get two objects. */
export type KeptFound<T> = Found<T> & Kept;
export type KeptAbsent = Absent & Kept;
export type KeptUnknown = Unknown & Kept;
