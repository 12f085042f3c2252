/** @import { Status } from '../statusreport.ts' */
import { sayTime } from './words.js';

/** Steps of the history: a minute, and five. */
export const MINUTE = 6;
export const FIVE = 30;

/** So many steps in which all was answered end what was before. */
const WELL = 3;

/**
 * The answers of the last `steps`, by kind. `meant`: deferred because the configuration says so, and not among the `deferred`.
 * @param {Status} status
 * @param {number} steps
 */
export function countAnswers({ history: { answers } }, steps) {
  const sum = (/** @type {readonly number[]} */ counts) =>
    counts.slice(-steps).reduce((all, each) => all + each, 0);
  const OK = sum(answers.OK);
  const NOTFOUND = sum(answers.NOTFOUND);
  const PERM = sum(answers.PERM);
  const meant = sum(answers.meant);
  const deferred = sum(answers.TEMP) - meant + PERM;
  const all = OK + NOTFOUND + meant + deferred;
  return { OK, NOTFOUND, PERM, meant, stale: sum(answers.stale), deferred, all };
}

/**
 * The causes of the last minute, the most frequent first.
 * @param {Status['causes']} causes
 */
export const listCauses = (causes) =>
  causes.filter(({ lastMinute }) => lastMinute > 0).toSorted((a, b) => b.lastMinute - a.lastMinute);

/**
 * Since when mail is deferred: since the first fault of the directory that fails, where one does.
 * @param {Status} status
 */
export function sayBeginning(status) {
  const { now, causes, directories } = status;
  const failing = directories.filter(({ failingSince }) => failingSince !== undefined);
  const [top] = listCauses(causes);
  const main = failing.find(({ name }) => name === top?.directory);
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
  const deferred = answers.TEMP.map(
    (count, i) => count - (answers.meant[i] ?? 0) + (answers.PERM[i] ?? 0),
  );
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
