/** @import { Status } from '../status.ts' */
import {
  describeDirectory,
  describeShadows,
  findTroubled,
  isUnwell,
  needsAttention,
} from './condition.js';
import { judgeFleet, sayFleet } from './fleet.js';
import { countAnswers, FIVE, MINUTE, sayBeginning } from './recent.js';
import { sayAgo, sayCause, sayCount, sayMany, sayShare, sayTime } from './words.js';

/**
 * How grave it is: nothing to do, look at it soon, mail is deferred now, nothing happens.
 * @typedef {'good' | 'warn' | 'bad' | 'idle'} Tone
 */

/**
 * What is said first, and how grave it is.
 * @typedef {{ tone: Tone, title: string, details: readonly string[] }} Summary
 */

/** @typedef {(status: Status) => Summary | undefined} Rule */

/** Above this share of the answers, deferred mail is the first thing to say … */
const GRAVE = 0.05;

/** … and up to this one, which is the share that is promised, it is not worth a word. */
const PROMISED = 0.001;

/** A map that Postfix asks for in vain is told for so long after the last time. */
const UNCONFIGURED_MS = 15 * 60_000;

/** So many of them are named. */
const MOST_MAPS = 3;

/**
 * Concludes how mail fares: is it deferred or refused, why, since when, which directory is it, and what waits for somebody.
 * The page and `idpmap status` say what this says; times are those of the clock where it runs.
 * @param {Status} status
 * @returns {Summary}
 */
export function summarise(status) {
  const judge = (/** @type {readonly Rule[]} */ rules) =>
    rules.map((rule) => rule(status)).filter((summary) => summary !== undefined);
  const mail = judge([judgeDeferred, judgeStale, judgeDirectories, judgeUnconfigured]);
  const found = [...mail, ...judge([judgePending, judgeReload, judgeRefused, judgeFleetOf])];
  const troubled = findTroubled(status);
  const phase = judgePhase(status);
  const recent = judgeRecent(status);
  const first = phase ?? found.find(({ tone }) => tone === 'bad') ?? found[0] ?? recent;
  // Who is woken reads from the top: how mail fares, what is broken and what to do, the rest.
  return {
    ...first,
    details: [
      ...(phase === undefined && mail.length === 0 ? recent.details : []),
      ...found.flatMap((summary) => summary.details),
      ...troubled.flatMap((directory) => describeDirectory(directory, status)),
      ...(troubled.some(isUnwell) ? [TO_DO] : []),
      ...describeCauses(status),
      ...describeShadows(status),
    ],
  };
}

/** idpmap and Postfix do the rest by themselves. */
const TO_DO =
  'To do: mend the directory; "idpmap check" asks it and says what is wrong. idpmap tries it again by itself, and what waits is delivered then.';

/**
 * Why it was, where more than one thing can be the reason.
 * @param {Status} status
 */
function describeCauses(status) {
  const [top] = status.causes;
  const { deferred, all, PERM } = countAnswers(status, MINUTE);
  return top === undefined || deferred === PERM || deferred <= PROMISED * all
    ? []
    : [`Most often in the last hour: ${top.cause} at ${top.directory} (${sayCause(top.cause)}).`];
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
 * Nothing is wrong: do lookups come?
 * @param {Status} status
 * @returns {Summary}
 */
function judgeRecent(status) {
  const { OK, NOTFOUND, deferred, all } = countAnswers(status, FIVE);
  if (all === 0)
    return {
      tone: 'idle',
      title: 'Nobody asks',
      details: ['No lookups came in the last five minutes.'],
    };
  const late =
    deferred === 0
      ? 'none deferred'
      : `${sayCount(deferred)} deferred (${sayShare(deferred, all)})`;
  const details = [
    `Last five minutes: ${sayCount(OK)} OK, ${sayCount(NOTFOUND)} NOTFOUND, ${late}.`,
  ];
  return { tone: 'good', title: 'Mail is answered', details };
}

/**
 * @param {Status} status
 * @returns {Summary | undefined}
 */
function judgeDeferred(status) {
  const { deferred, all, PERM } = countAnswers(status, MINUTE);
  if (deferred <= PROMISED * all) return undefined;
  const isNamed = findUnconfigured(status).length > 0;
  const details = [
    `${sayCount(deferred)} of ${sayCount(all)} lookups in the last minute (${sayShare(deferred, all)}) were deferred, ${sayBeginning(status)}. Postfix says 451, senders try again.`,
    ...(PERM === 0 || isNamed
      ? []
      : [`${sayCount(PERM)} of them PERM: a map is asked for that is not configured.`]),
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
  const { stale, deferred } = countAnswers(status, MINUTE);
  if (stale === 0) return undefined;
  const so = deferred === 0 ? 'so far no mail is deferred' : 'these are not deferred';
  const details = [`Memory answered ${sayMany(stale, 'lookup')} in the last minute: ${so}.`];
  return { tone: 'warn', title: 'Memory stands in for a directory', details };
}

/**
 * @param {Status} status
 * @returns {Summary | undefined}
 */
function judgeDirectories(status) {
  const unwell = status.directories.filter(isUnwell);
  if (unwell.length === 0) return undefined;
  const title = unwell.length === 1 ? 'A directory fails' : `${unwell.length} directories fail`;
  const { deferred } = countAnswers(status, MINUTE);
  const details = deferred === 0 ? ['No mail was deferred in the last minute.'] : [];
  return { tone: 'warn', title, details };
}

/**
 * @param {Status} status
 * @returns {Summary | undefined}
 */
function judgeUnconfigured(status) {
  const { maps, now } = status;
  const recent = findUnconfigured(status);
  if (recent.length === 0) return undefined;
  const known = maps.filter(({ kind }) => kind !== undefined).map(({ name }) => name);
  const title = 'A map is asked for that is not configured';
  const details = recent
    .slice(0, MOST_MAPS)
    .map(
      ({ name, count, lastAsked }) =>
        `Postfix asks for the map ${name}, which is not configured: ${sayMany(count, 'lookup')}, the last one ${sayAgo(lastAsked, now)}. Their mail is deferred. Correct its name in main.cf, or add it under maps. Configured are ${known.join(', ')}.`,
    );
  const more = recent.length - details.length;
  return {
    tone: 'warn',
    title,
    details: more === 0 ? details : [...details, `And ${sayCount(more)} further names.`],
  };
}

/** @param {Status} status */
const findUnconfigured = ({ unconfigured, now }) =>
  unconfigured.filter(({ lastAsked }) => Date.parse(now) - Date.parse(lastAsked) < UNCONFIGURED_MS);

/**
 * @param {Status} status
 * @returns {Summary | undefined}
 */
function judgePending({ directories }) {
  const [first, ...others] = directories.filter(needsAttention);
  if (first === undefined) return undefined;
  const title =
    others.length === 0
      ? `Directory ${first.name} needs attention`
      : `${others.length + 1} directories need attention`;
  return { tone: 'warn', title, details: [] };
}

/**
 * @param {Status} status
 * @returns {Summary | undefined}
 */
function judgeReload({ reloads, now }) {
  if (reloads.isLastGood) return undefined;
  const why = reloads.refusal ?? ['see the log'];
  const details = [
    ...why.map((line) => `Refused: ${line}`),
    `Meanwhile the one of ${sayTime(reloads.lastGoodAt, now)} serves on; a restart would fail.`,
    'To do: mend it and try it by "idpmap check"; it is read again once the file is written, or by a reload.',
  ];
  return { tone: 'warn', title: 'The last configuration was refused', details };
}

/**
 * No mail waits for the fleet: it is told last.
 * @param {Status} status
 * @returns {Summary | undefined}
 */
function judgeFleetOf({ fleet, now }) {
  if (fleet === undefined || judgeFleet(fleet).tone === 'good') return undefined;
  const title = fleet.isUp ? 'The clocks of the fleet differ' : 'The fleet is not reached';
  return { tone: 'warn', title, details: sayFleet(fleet, now) };
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
