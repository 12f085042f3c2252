/** @import { Status } from '../statusreport.ts' */
import { BESIDE, describeStrangers, YET } from './beside.js';
import { describeDirectory, describeShadows, findTroubled, needsAttention } from './condition.js';
import { judgeFleet, sayFleet } from './fleet.js';
import { describeCauses, describePast, describeRemedies, judgeRecent, MAIL } from './mail.js';
import { countAnswers, FIVE } from './recent.js';
import { sayShare, sayTime } from './words.js';

/**
 * How grave it is: nothing to do, look at it soon, mail is deferred now, nothing happens.
 * @typedef {'good' | 'warn' | 'bad' | 'idle'} Tone
 */

/**
 * What is said first, and how grave it is.
 * @typedef {{ tone: Tone, title: string, details: readonly string[] }} Summary
 */

/** @typedef {(status: Status) => Summary | undefined} Rule */

/**
 * Concludes how mail fares: is it deferred or refused, why, since when, which directory is it, and what waits for somebody.
 * The page and `idpmap status` say what this says; times are those of the clock where it runs.
 * @param {Status} status
 * @returns {Summary}
 */
export function summarise(status) {
  const judge = (/** @type {readonly Rule[]} */ rules) =>
    rules.map((rule) => rule(status)).filter((summary) => summary !== undefined);
  const mail = judge(MAIL);
  const rest = judge([judgePending, ...BESIDE, judgeReload, judgeRefused, ...YET, judgeFleetOf]);
  const found = [...mail, ...rest];
  const phase = judgePhase(status);
  const recent = judgeRecent(status);
  const first = phase ?? found.find(({ tone }) => tone === 'bad') ?? found[0] ?? recent;
  // Who is woken reads from the top: how mail fares, what is broken and what to do, why, and then the rest.
  return {
    ...first,
    details: [
      ...(phase === undefined && mail.length === 0 ? recent.details : []),
      ...mail.flatMap((summary) => summary.details),
      ...findTroubled(status).flatMap((directory) => describeDirectory(directory, status)),
      ...describeRemedies(status),
      ...describePast(status),
      ...describeCauses(status),
      ...rest.flatMap((summary) => summary.details),
      ...describeStrangers(status),
      ...describeShadows(status),
    ],
  };
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
