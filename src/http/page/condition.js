/** @import { Status } from '../statusreport.ts' */
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
    ...(isUnwell(directory)
      ? [sayFault(directory, now), sayKnown(directory, now, cache)]
      : sayBehind(directory, now)),
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
  const last =
    lastAnswer === undefined
      ? 'It has not answered since the start'
      : `It last answered ${sayAgo(lastAnswer, now)}`;
  return `Directory ${name} fails${fails}${closed}${why}. ${last}.`;
}

const OTHERS_WAIT = 'Mail for everybody else waits.';

/**
 * Whom mail still reaches, and until when.
 * @param {DirectoryStatus} directory
 * @param {string} now
 * @param {Status['cache']} cache
 */
function sayKnown(directory, now, cache) {
  const { mirror } = directory;
  if (mirror?.ageMs === undefined) return sayRemembered(directory, now, cache);
  const { ageMs, acceptForMs } = mirror;
  if (ageMs <= acceptForMs) return sayMirrored({ ...mirror, ageMs }, now);
  const bound = `mirror.acceptFor, ${sayDuration(acceptForMs)}`;
  return `Its mirror is older than it may be to stand in (${bound}). ${sayRemembered(directory, now, cache)}`;
}

/**
 * @param {DirectoryStatus} directory
 * @param {string} now
 * @param {Status['cache']} cache
 */
function sayRemembered({ lastAnswer, remembered: { found, rows } }, now, { staleMs }) {
  if (found + rows === 0) return 'Nobody of it is remembered: all its mail waits.';
  const bound = `cache.stale, ${sayDuration(staleMs)}`;
  const known = [
    ...(found === 0 ? [] : [sayMany(found, 'address', 'addresses')]),
    ...(rows === 0 ? [] : [`${sayMany(rows, 'key')} of its tables`]),
  ].join(', ');
  const goOn =
    found === 0
      ? `What is known (${known}) goes on being answered from memory`
      : `Known people (${known}) go on receiving from memory`;
  if (lastAnswer === undefined)
    return `${goOn}, each until ${sayDuration(staleMs)} after it was last asked for (cache.stale). ${OTHERS_WAIT}`;
  const until = Date.parse(lastAnswer) + staleMs;
  return until <= Date.parse(now)
    ? `It has not answered for longer than memory may stand in (${bound}): all its mail waits.`
    : `${goOn}, the last of them until ${sayTime(until, now)} (${bound}). ${OTHERS_WAIT}`;
}

/**
 * Whom a mirror still knows, and until when.
 * @param {NonNullable<DirectoryStatus['mirror']> & { readonly ageMs: number }} mirror
 * @param {string} now
 */
function sayMirrored({ accounts, groups, ageMs, acceptForMs, denyForMs }, now) {
  const since = Date.parse(now) - ageMs;
  const bound = `mirror.acceptFor, ${sayDuration(acceptForMs)}`;
  const people = `${sayMany(accounts, 'account')}, ${sayMany(groups, 'group')}`;
  const others =
    ageMs < denyForMs
      ? `Everybody else is refused until ${sayTime(since + denyForMs, now)} (mirror.denyFor, ${sayDuration(denyForMs)}).`
      : OTHERS_WAIT;
  return `All its people (${people}) go on receiving from the mirror, until ${sayTime(since + acceptForMs, now)} (${bound}). ${others}`;
}

/**
 * How long a mirror that does not learn any more would stand in: of its people the directory need not have been asked.
 * @param {DirectoryStatus} directory
 * @param {string} now
 * @returns {readonly string[]}
 */
function sayBehind({ name, mirror, pending }, now) {
  if (mirror?.ageMs === undefined || mirror.isInStep || pending.length === 0) return [];
  const { ageMs, acceptForMs } = mirror;
  const bound = `mirror.acceptFor, ${sayDuration(acceptForMs)}`;
  const heard = `The last word that the mirror of ${name} had is ${sayDuration(ageMs)} old`;
  return ageMs > acceptForMs
    ? [`${heard}, too old to stand in where the directory can't be asked (${bound}).`]
    : [
        `${heard}: where the directory can't be asked, its people go on receiving until ${sayTime(Date.parse(now) - ageMs + acceptForMs, now)} (${bound}).`,
      ];
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
