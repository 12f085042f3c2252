/** @import { Status } from '../status.ts' */
import { sayTime } from './words.js';

/** Steps of the history: a minute, and five. */
export const MINUTE = 6;
export const FIVE = 30;

/** So many steps in which all was answered end what was before. */
const WELL = 3;

/**
 * The answers of the last `steps`, by kind.
 * @param {Status} status
 * @param {number} steps
 */
export function countAnswers({ history: { answers } }, steps) {
  const sum = (/** @type {readonly number[]} */ counts) =>
    counts.slice(-steps).reduce((all, each) => all + each, 0);
  const OK = sum(answers.OK);
  const NOTFOUND = sum(answers.NOTFOUND);
  const PERM = sum(answers.PERM);
  const deferred = sum(answers.TEMP) + PERM;
  return { OK, NOTFOUND, PERM, stale: sum(answers.stale), deferred, all: OK + NOTFOUND + deferred };
}

/**
 * Since when mail is deferred: since the first fault of the directory that fails, where one does.
 * @param {Status} status
 */
export function sayBeginning(status) {
  const { now, causes, directories } = status;
  const failing = directories.filter(({ failingSince }) => failingSince !== undefined);
  const main = failing.find(({ name }) => name === causes[0]?.directory);
  const [first] = (main === undefined ? failing : [main])
    .flatMap(({ failingSince }) => failingSince ?? [])
    .toSorted();
  return first === undefined ? sayFirstStep(status) : `since ${sayTime(first, now)}`;
}

/**
 * Goes back to the first step of those that hang together: half a minute in which all was answered, or a whole one in which
 * nothing was deferred, ends them.
 * @param {Status} status
 */
function sayFirstStep({ now, startedAt, history: { stepMs, since, answers } }) {
  const deferred = answers.TEMP.map((count, i) => count + (answers.PERM[i] ?? 0));
  let first = deferred.findLastIndex((count) => count > 0);
  let well = 0;
  for (let i = first; i >= 0 && i >= first - MINUTE && well < WELL; i--) {
    if ((deferred[i] ?? 0) > 0) {
      first = i;
      well = 0;
    } else if ((answers.OK[i] ?? 0) + (answers.NOTFOUND[i] ?? 0) > 0) well += 1;
  }
  if (first < MINUTE) return 'for an hour or longer';
  const began = Date.parse(since) - (deferred.length - 1 - first) * stepMs;
  // A step may have begun before the daemon did.
  return `since ${sayTime(Math.max(began, Date.parse(startedAt)), now)}`;
}
