import type { Fault } from './directory.ts';

/** What a directory says of one key, with authority: somebody, or nobody and by what that is proved. */
export type Finding<T> = Somebody<T> | None;

/** At least one value. */
export interface Somebody<T> {
  readonly status: 'found';
  readonly value: readonly [T, ...(readonly T[])];
  /** Why the content that says so may be old (a copy whose source is silent); absent: it is fresh. */
  readonly old?: Fault;
}

/** A "nobody" that says by what it is proved. There is no other way to say it: an empty list is not a `Finding`. */
export interface None {
  readonly status: 'none';
  readonly proof: Proof;
}

/** By what a *none* is proved; which of them a directory gives is the heart of its adapter (`trust/` in its folder). */
export interface Proof {
  readonly by: /** This process holds all that there is, read to its end and not doubted: no question was needed. */
    | 'content'
    /** The key can be nobody's whatever is there: no address, no part that a template needs. */
    | 'form'
    /** The connection that said so has shown afterwards that it still sees people: nothing more is asked for. */
    | 'connection'
    /** The directory's `probe`, which has yet to begin and to succeed: `lookup/proof.ts` waits for it. */
    | 'probe';
  /** What was looked at, for `explain`: `3 witnesses on ldaps://ldap1.example.org`. Lower case, names nobody. */
  readonly how: string;
}

/** Says that nobody holds the key, and by what that is proved. */
export const none = (by: Proof['by'], how: string): None => ({
  status: 'none',
  proof: { by, how },
});

/** Says who was found; where that is nobody, `prove` has to say by what it is proved, or throws. */
export function findingOf<T>(values: readonly T[], prove: () => None): Finding<T> {
  const [first, ...rest] = values;
  return first === undefined ? prove() : { status: 'found', value: [first, ...rest] };
}

/** Who was found; empty: nobody. For those who need no proof: messages and samples. */
export const valuesOf = <T>(finding: Finding<T>): readonly T[] =>
  finding.status === 'found' ? finding.value : [];
