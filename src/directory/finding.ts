import type { Finding, None, Proof } from './directory.ts';

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
