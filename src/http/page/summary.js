/** @import { Status } from '../status.ts' */
/** @import { DirectoryStatus } from '../directorystatus.ts' */
import { sayAgo, sayCause, sayCount, sayShare, sayTime } from './words.js';

/**
 * What is said first, and how grave it is.
 * @typedef {{ tone: 'good' | 'warn' | 'bad' | 'idle', title: string, details: readonly string[] }} Summary
 */

/** Steps of the history: a minute, and five. */
const MINUTE = 6;
const FIVE = 30;

/** Above this share of the answers, deferred mail is the first thing to say. */
const GRAVE = 0.05;

/**
 * Concludes how mail fares: is it deferred or refused, why, since when, and which directory is it.
 * @param {Status} status
 * @returns {Summary}
 */
export function summarise(status) {
  const { tone, title, details } = judge(status);
  const more = [
    ...details,
    ...status.directories.filter(isUnwell).map((each) => sayState(each, status.now)),
  ];
  if (status.reloads.isLastGood) return { tone, title, details: more };
  const since = `The last configuration was refused (see the log); the one of ${sayTime(status.reloads.lastGoodAt, status.now)} serves on.`;
  return tone === 'good' || tone === 'idle'
    ? { tone: 'warn', title: 'The last configuration was refused', details: [...more, since] }
    : { tone, title, details: [...more, since] };
}

/**
 * Whether a directory does not answer as it should.
 * @param {DirectoryStatus} directory
 */
export const isUnwell = ({ state }) => state === 'open' || state === 'failing';

/**
 * @param {Status} status
 * @returns {Summary}
 */
function judge(status) {
  const rules = [judgePhase, judgeDeferred, judgeStale, judgeDirectories, judgeRefused];
  for (const rule of rules) {
    const summary = rule(status);
    if (summary !== undefined) return summary;
  }
  const recent = countAnswers(status, FIVE);
  if (recent.all === 0)
    return {
      tone: 'idle',
      title: 'Nobody asks',
      details: ['No lookups came in the last five minutes.'],
    };
  const { OK, NOTFOUND } = recent;
  const details = [
    `Last five minutes: ${sayCount(OK)} OK, ${sayCount(NOTFOUND)} NOTFOUND, none deferred.`,
  ];
  return { tone: 'good', title: 'Mail is answered', details };
}

/**
 * @param {Status} status
 * @returns {Summary | undefined}
 */
function judgePhase({ phase }) {
  if (phase === 'ready') return undefined;
  const title = phase === 'starting' ? 'The daemon starts' : 'The daemon stops';
  return { tone: 'idle', title, details: [] };
}

/**
 * @param {Status} status
 * @returns {Summary | undefined}
 */
function judgeDeferred(status) {
  const { deferred, all, PERM } = countAnswers(status, MINUTE);
  if (deferred === 0) return undefined;
  const [top] = status.causes;
  const details = [
    `${sayCount(deferred)} of ${sayCount(all)} lookups in the last minute (${sayShare(deferred, all)}) were deferred, ${sayBeginning(status)}. Postfix says 451, senders try again.`,
    ...(top === undefined
      ? []
      : [
          `Most often in the last hour: ${top.cause} at ${top.directory} (${sayCause(top.cause)}).`,
        ]),
    ...(PERM === 0
      ? []
      : [
          `${sayCount(PERM)} were PERM: Postfix asks for a map that is not configured, or in a way that can't be read.`,
        ]),
  ];
  return deferred / all < GRAVE
    ? { tone: 'warn', title: 'Some mail is deferred', details }
    : { tone: 'bad', title: 'Mail is deferred', details };
}

/**
 * @param {Status} status
 * @returns {Summary | undefined}
 */
function judgeStale(status) {
  const { stale } = countAnswers(status, MINUTE);
  if (stale === 0) return undefined;
  const details = [`${sayCount(stale)} lookups in the last minute; so far no mail is deferred.`];
  return { tone: 'warn', title: 'Memory stands in for a directory', details };
}

/**
 * @param {Status} status
 * @returns {Summary | undefined}
 */
function judgeDirectories({ directories }) {
  const unwell = directories.filter(isUnwell);
  if (unwell.length === 0) return undefined;
  const title = unwell.length === 1 ? 'A directory fails' : `${unwell.length} directories fail`;
  return { tone: 'warn', title, details: ['No mail was deferred in the last minute.'] };
}

/**
 * NOTFOUND bounces mail, and most of it is right: only a share that leaps is told.
 * @param {Status} status
 * @returns {Summary | undefined}
 */
function judgeRefused(status) {
  const recent = countAnswers(status, FIVE);
  const hour = countAnswers(status, status.history.answers.OK.length);
  const before = { NOTFOUND: hour.NOTFOUND - recent.NOTFOUND, all: hour.all - recent.all };
  if (recent.all < 50 || before.all < 50) return undefined;
  const share = recent.NOTFOUND / recent.all;
  if (share < 0.2 || share < (2 * before.NOTFOUND) / before.all) return undefined;
  const details = [
    `${sayShare(recent.NOTFOUND, recent.all)} of the lookups in the last five minutes were NOTFOUND, ${sayShare(before.NOTFOUND, before.all)} in the hour before. Mail to them bounces: test an address that should be there.`,
  ];
  return { tone: 'warn', title: 'More mail is refused than before', details };
}

/**
 * What a directory that is unwell says of itself.
 * @param {DirectoryStatus} directory
 * @param {string} now
 */
function sayState({ name, state, circuitSince, lastAnswer, lastFault }, now) {
  const since =
    state === 'open' && circuitSince !== undefined
      ? `, not asked since ${sayTime(circuitSince, now)}`
      : '';
  const why = lastFault === undefined ? '' : `: ${lastFault.reason} (${lastFault.cause})`;
  const last = lastAnswer === undefined ? 'never since the start' : sayAgo(lastAnswer, now);
  return `Directory ${name} fails${since}${why}. It last answered ${last}.`;
}

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
 * Since when mail is deferred: a minute without ends it.
 * @param {Status} status
 */
function sayBeginning({ now, history: { stepMs, answers } }) {
  const isDeferred = answers.TEMP.map((count, i) => count + (answers.PERM[i] ?? 0) > 0);
  let first = isDeferred.lastIndexOf(true);
  for (let i = first; i >= 0 && i >= first - MINUTE; i--) if (isDeferred[i]) first = i;
  if (first < MINUTE) return 'for an hour or longer';
  const ms = Date.parse(now) - (isDeferred.length - 1 - first) * stepMs;
  return `since ${sayTime(Math.floor(ms / stepMs) * stepMs, now)}`;
}
