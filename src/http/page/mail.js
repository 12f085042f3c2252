/** @import { Status } from '../statusreport.ts' */
/** @import { Rule, Summary } from './summary.js' */
import { findTroubled, isUnwell, needsAttention } from './condition.js';
import { findBeginning, findEnd } from './outage.js';
import { countAnswers, FIVE, listCauses, MINUTE, sayBeginning } from './recent.js';
import { sayAgo, sayCause, sayCount, sayMany, sayRemedy, sayShare, sayTime } from './words.js';

export { describePast } from './outage.js';

/** Above this share of the answers, deferred mail is the first thing to say … */
const GRAVE = 0.05;

/** … where it is more than a few lookups, or nearly all … */
const FEW = 5;
const MOST = 0.5;

/** … and up to this one, which is the share that is promised, it is not worth a word. */
const PROMISED = 0.001;

/** A map that Postfix asks for in vain is told for so long after the last time. */
const UNCONFIGURED_MS = 15 * 60_000;

/** So many of them are named. */
const MOST_MAPS = 3;

/** So many causes are named. */
const MOST_CAUSES = 3;

/**
 * Nothing is wrong: do lookups come?
 * @param {Status} status
 * @returns {Summary}
 */
export function judgeRecent(status) {
  const { OK, NOTFOUND, meant, deferred, all } = countAnswers(status, FIVE);
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
  const disabled =
    meant === 0
      ? ''
      : `, ${sayCount(meant)} deferred because the account is disabled (disabled: defer)`;
  const details = [
    `Last five minutes: ${sayCount(OK)} OK, ${sayCount(NOTFOUND)} NOTFOUND, ${late}${disabled}.`,
  ];
  return { tone: 'good', title: 'Mail is answered', details };
}

/**
 * Whether more is deferred than was promised; a lone lookup that nothing goes on to fail with is not.
 * @param {Status} status
 */
function isDeferring(status) {
  const { deferred, all, PERM } = countAnswers(status, MINUTE);
  if (deferred <= PROMISED * all) return false;
  const isLone = countAnswers(status, FIVE).deferred === 1 && PERM === 0;
  return !isLone || findTroubled(status).length > 0;
}

/**
 * @param {Status} status
 * @returns {Summary | undefined}
 */
function judgeDeferred(status) {
  if (!isDeferring(status)) return undefined;
  const { deferred, all, PERM } = countAnswers(status, MINUTE);
  const so = `${sayCount(deferred)} of ${sayCount(all)} lookups in the last minute (${sayShare(deferred, all)}) were deferred`;
  const end = findEnd(status);
  if (end !== undefined) return judgeOver(status, so, end);
  const isConfigured = PERM > 0 && findUnconfigured(status).length === 0;
  const details = [
    `${so}, ${sayBeginning(status)}. Postfix says 451, senders try again.`,
    ...(isConfigured
      ? [`${sayCount(PERM)} of them PERM: a map was asked for that is configured by now.`]
      : []),
  ];
  if (isConfigured && PERM === deferred)
    return { tone: 'warn', title: 'Some mail was deferred', details };
  return isGrave(status)
    ? { tone: 'bad', title: 'Mail is deferred', details }
    : { tone: 'warn', title: 'Some mail is deferred', details };
}

/**
 * Whether it is a large part of all, and not a few lookups while nothing is broken.
 * @param {Status} status
 */
function isGrave(status) {
  const { deferred, all, PERM } = countAnswers(status, MINUTE);
  const share = deferred / all;
  const isMuch = deferred >= FEW || share >= MOST || PERM > 0;
  return share >= GRAVE && (isMuch || findTroubled(status).length > 0);
}

/**
 * @param {Status} status
 * @param {string} so
 * @param {string} end
 * @returns {Summary}
 */
function judgeOver(status, so, end) {
  const { now } = status;
  const since = findBeginning(status);
  const until = sayTime(end, now);
  const when = since === undefined ? `until ${until}` : `from ${sayTime(since, now)} to ${until}`;
  return {
    tone: 'warn',
    title: `Mail was deferred until ${until}`,
    details: [`${so}, ${when}. Senders try again, what waits is delivered by itself.`],
  };
}

/**
 * @param {Status} status
 * @returns {Summary | undefined}
 */
function judgeStale(status) {
  const { stale, deferred } = countAnswers(status, MINUTE);
  // How much memory did in an outage that is over is told there.
  if (stale === 0 || findEnd(status) !== undefined) return undefined;
  const so = deferred === 0 ? 'so far no mail is deferred' : 'what it answers is not deferred';
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
 * How mail fares, the first thing to say first.
 * @type {readonly Rule[]}
 */
export const MAIL = [judgeDeferred, judgeStale, judgeDirectories, judgeUnconfigured];

/**
 * Why it was, where more than one thing can be the reason.
 * @param {Status} status
 * @returns {readonly string[]}
 */
export function describeCauses(status) {
  const causes = listCauses(status.causes);
  const { deferred, all, PERM } = countAnswers(status, MINUTE);
  if (causes.length === 0 || deferred === PERM || deferred <= PROMISED * all) return [];
  const said = causes
    .slice(0, MOST_CAUSES)
    .map(({ cause, directory }) => `${cause} at ${directory} (${sayCause(cause)})`);
  return [`Most often in the last minute: ${said.join(', then ')}.`];
}

/** idpmap and Postfix do the rest by themselves. */
const TO_DO =
  'To do: mend the directory; "idpmap check" asks it and says what is wrong. idpmap tries it again by itself, and what waits is delivered then.';

/**
 * What to do about what is broken.
 * @param {Status} status
 * @returns {readonly string[]}
 */
export function describeRemedies(status) {
  if (status.directories.some((each) => isUnwell(each) || each.doubt !== undefined)) return [TO_DO];
  if (!isDeferring(status) || findEnd(status) !== undefined) return [];
  const unsteady = describeUnsteady(status);
  const remedies = listCauses(status.causes).flatMap(({ cause }) => sayRemedy(cause) ?? []);
  return [
    ...unsteady,
    ...(unsteady.length > 0 ? [TO_DO] : []),
    ...[...new Set(remedies)].map((remedy) => `To do: ${remedy}.`),
  ];
}

/**
 * The directories that answered last, and have failed others' questions within the minute.
 * @param {Status} status
 * @returns {readonly string[]}
 */
function describeUnsteady({ directories, now, history: { stepMs } }) {
  return directories.flatMap((directory) => {
    const { name, lastFault, lastOutage } = directory;
    if (lastFault === undefined || lastFault.cause === 'doubt' || needsAttention(directory))
      return [];
    const { cause, reason, when } = lastFault;
    return (lastOutage !== undefined && when <= lastOutage.until) ||
      Date.parse(now) - Date.parse(when) >= MINUTE * stepMs
      ? []
      : [
          `Directory ${name} answers some questions and fails others, the last one ${sayAgo(when, now)}: ${reason} (${cause}).`,
        ];
  });
}
