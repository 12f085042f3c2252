/** @import { Status } from '../statusreport.ts' */
import { isUnwell, needsAttention } from './condition.js';
import { countAnswers, listCauses, MINUTE } from './recent.js';
import { sayCount, sayDuration, sayTime } from './words.js';

/** The end of an outage is told for so long. */
const TOLD_MS = 15 * 60_000;

/**
 * The outages of directories that answer again, since `withinMs` at most.
 * @param {Status} status
 * @param {number} withinMs
 */
const listPast = ({ directories, now }, withinMs) =>
  directories.flatMap((directory) => {
    const { name, lastOutage, lastFault } = directory;
    if (isUnwell(directory) || lastOutage === undefined) return [];
    if (Date.parse(now) - Date.parse(lastOutage.until) >= withinMs) return [];
    // A fault since then: it is not over, or there is another one.
    const isOver = lastFault === undefined || lastFault.when <= lastOutage.until;
    return [{ ...lastOutage, name, isOver }];
  });

/**
 * When the last of the outages ended that the deferred mail of the last minute is owed to; nothing where mail may be deferred
 * still: another reason than they, or a fault since then.
 * @param {Status} status
 */
export function findEnd(status) {
  const { directories, causes, history } = status;
  const past = listPast(status, MINUTE * history.stepMs);
  if (past.length === 0 || countAnswers(status, MINUTE).PERM > 0) return undefined;
  if (directories.some((directory) => isUnwell(directory) || needsAttention(directory)))
    return undefined;
  const over = new Set(past.filter(({ isOver }) => isOver).map(({ name }) => name));
  if (!listCauses(causes).every(({ directory }) => over.has(directory))) return undefined;
  return past
    .map(({ until }) => until)
    .toSorted()
    .at(-1);
}

/**
 * When the first of them began.
 * @param {Status} status
 */
export const findBeginning = (status) =>
  listPast(status, MINUTE * status.history.stepMs)
    .map(({ since }) => since)
    .toSorted()[0];

/**
 * What the outages came to that are over.
 * @param {Status} status
 * @returns {readonly string[]}
 */
export const describePast = (status) =>
  listPast(status, TOLD_MS).map(
    ({ name, since, until, deferred, fromMemory }) =>
      `Directory ${name} answers again since ${sayTime(until, status.now)}, after ${sayDuration(Date.parse(until) - Date.parse(since))}: ${sayCount(deferred)} of its lookups were deferred, memory answered ${sayCount(fromMemory)}.`,
  );
