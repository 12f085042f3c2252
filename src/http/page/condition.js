/** @import { Status } from '../status.ts' */
/** @import { DirectoryStatus } from '../directorystatus.ts' */
/** @import { ShadowStatus } from '../shadowstatus.ts' */
import { sayAgo, sayCount, sayDuration, sayMany, sayTime } from './words.js';

/**
 * Whether a directory does not answer as it should.
 * @param {DirectoryStatus} directory
 */
export const isUnwell = ({ state }) => state === 'open' || state === 'failing';

/**
 * Whether a directory answers, and somebody has to decide or to mend something.
 * @param {DirectoryStatus} directory
 */
export const needsAttention = ({ pending, doubt }) => pending.length > 0 || doubt !== undefined;

/**
 * The directories of which there is something to say.
 * @param {Status} status
 */
export const findTroubled = ({ directories }) =>
  directories.filter((directory) => isUnwell(directory) || needsAttention(directory));

/**
 * Says what is wrong with a directory, whom mail still reaches, and what waits for somebody.
 * @param {DirectoryStatus} directory
 * @param {Status} status
 * @returns {readonly string[]}
 */
export function describeDirectory(directory, { now, cache }) {
  const { name, pending } = directory;
  return [
    ...(isUnwell(directory) ? [sayFault(directory, now), sayKnown(directory, now, cache)] : []),
    ...sayDoubt(directory, now),
    ...pending.map((text) => `Directory ${name}: ${text}.`),
  ];
}

/**
 * @param {DirectoryStatus} directory
 * @param {string} now
 */
function sayFault({ name, state, failingSince, circuitSince, lastAnswer, lastFault }, now) {
  const fails = failingSince === undefined ? '' : ` since ${sayTime(failingSince, now)}`;
  const closed =
    state === 'open' && circuitSince !== undefined
      ? `, not asked since ${sayTime(circuitSince, now)}`
      : '';
  const why = lastFault === undefined ? '' : `: ${lastFault.reason} (${lastFault.cause})`;
  const last = lastAnswer === undefined ? 'never since the start' : sayAgo(lastAnswer, now);
  return `Directory ${name} fails${fails}${closed}${why}. It last answered ${last}.`;
}

/**
 * Whom mail still reaches, and until when.
 * @param {DirectoryStatus} directory
 * @param {string} now
 * @param {Status['cache']} cache
 */
function sayKnown({ lastAnswer, remembered: { found }, mirror }, now, { staleMs }) {
  if (mirror?.ageMs !== undefined) return sayMirrored(mirror, now);
  if (found === 0) return 'Nobody of it is remembered: all its mail waits.';
  const bound = `cache.stale, ${sayDuration(staleMs)}`;
  const known = `Known people (${sayMany(found, 'address', 'addresses')}) go on receiving from memory`;
  const others = 'Mail for everybody else waits.';
  if (lastAnswer === undefined)
    return `${known}, each until ${sayDuration(staleMs)} after it was last asked for (cache.stale). ${others}`;
  const until = Date.parse(lastAnswer) + staleMs;
  return until <= Date.parse(now)
    ? `It has not answered for longer than memory may stand in (${bound}): all its mail waits.`
    : `${known}, the last of them until ${sayTime(until, now)} (${bound}). ${others}`;
}

/**
 * Whom a mirror still knows, and until when.
 * @param {NonNullable<DirectoryStatus['mirror']>} mirror
 * @param {string} now
 */
function sayMirrored({ accounts, groups, ageMs = 0, acceptForMs }, now) {
  const bound = `mirror.acceptFor, ${sayDuration(acceptForMs)}`;
  if (ageMs > acceptForMs)
    return `Its mirror is older than it may be to stand in (${bound}): all its mail waits.`;
  const until = Date.parse(now) - ageMs + acceptForMs;
  const people = `${sayMany(accounts, 'account')}, ${sayMany(groups, 'group')}`;
  return `All its people (${people}) go on receiving from the mirror, until ${sayTime(until, now)} (${bound}). Mail for everybody else waits.`;
}

/**
 * @param {DirectoryStatus} directory
 * @param {string} now
 */
function sayDoubt({ name, doubt }, now) {
  if (doubt === undefined) return [];
  return [
    `Directory ${name} finds people, but its "nobody" is not believed since ${sayTime(doubt.since, now)}: ${doubt.reason}. Mail for whoever it does not find waits.`,
  ];
}

/**
 * In what directories differ from those that are asked beside them. No mail waits for it.
 * @param {Status} status
 * @returns {readonly string[]}
 */
export const describeShadows = ({ shadows }) =>
  shadows.filter(({ state }) => state !== 'gone').map(sayShadow);

/** @param {ShadowStatus} shadow */
function sayShadow({
  of,
  by,
  state,
  lastFault,
  compared,
  different,
  differences,
  uncompared,
  recent,
}) {
  const begin = `Shadow ${by} of ${of}, which answers no mail`;
  const failed = state === 'open' || state === 'failing';
  const why = failed && lastFault !== undefined ? ` It fails: ${lastFault}.` : '';
  const waiting = uncompared.unknown + uncompared.dropped;
  const left = waiting === 0 ? '' : ` ${sayCount(waiting)} could not be compared.`;
  if (different === 0)
    return `${begin}: ${sayMany(compared, 'comparison')}, no difference.${left}${why}`;
  const kinds = Object.entries(differences)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${sayCount(count)} ${name}`);
  const now =
    recent.length === 0
      ? 'none differs any more'
      : `${sayMany(recent.length, 'address', 'addresses')} of the latest still ${recent.length === 1 ? 'differs' : 'differ'}`;
  return `${begin}: it differed in ${sayCount(different)} of ${sayMany(compared, 'comparison')} (${kinds.join(', ')}), ${now} ("idpmap status --shadow" lists them).${left}${why}`;
}
