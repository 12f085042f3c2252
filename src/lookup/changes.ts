/**
 * How often what is known has changed by other means than time, over all directories of this process: something was
 * forgotten or expired, a domain was listed or lost, routes were swapped. What was made of it before counts no more.
 * One number for all: it changes seldom, and whoever adds a way to forget can't leave out a daemon.
 */
let changes = 0;

export const noteChange = (): void => {
  changes += 1;
};

export const countChanges = (): number => changes;

/** Keys share so many places: a change of one is taken for a change of all at its place. */
const PLACES = 4096;
/** Of what was made of no key, which never changes by one; and of several, which changes with any. */
export const NO_PLACE = PLACES;
export const EVERY_PLACE = PLACES + 1;
const changesAt = new Uint32Array(PLACES + 2);

/**
 * The same where only that has changed which these keys mean, in whichever directory: a mirror that is told of fifty people a
 * second must not have everybody's answers made anew as often. `keys` absent: nobody knows which.
 */
export function noteChangeOf(keys?: readonly string[]): void {
  if (keys === undefined) return noteChange();
  for (const key of keys) noteChangeAt(placeOf(key));
  noteChangeAt(EVERY_PLACE);
}

const noteChangeAt = (place: number): void => {
  changesAt[place] = countChangesAt(place) + 1;
};

/** Counts what `noteChangeOf` has noted at a place. */
export const countChangesAt = (place: number): number => changesAt[place] ?? 0;

/** The place of a key. */
export function placeOf(key: string): number {
  let hash = 0;
  for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) | 0;
  return (hash ^ (hash >>> 15)) & (PLACES - 1);
}
