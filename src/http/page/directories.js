/** @import { DirectoryStatus } from '../directorystatus.ts' */
import { isUnwell, needsAttention } from './condition.js';
import { make, makeBadge, makeFacts, makeText } from './dom.js';
import {
  sayAgo,
  sayCause,
  sayCount,
  sayDuration,
  sayLatency,
  sayMany,
  sayShare,
  sayTime,
} from './words.js';

/** @type {Readonly<Record<DirectoryStatus['state'], readonly ['good' | 'bad' | 'idle', string]>>} */
const STATES = {
  ok: ['good', 'answers'],
  failing: ['bad', 'fails'],
  open: ['bad', 'down, only probed'],
  idle: ['idle', 'not asked yet'],
};

/** It answers, and there is something to do. */
const ATTENTION = /** @type {const} */ (['warn', 'needs attention']);

/**
 * Makes a card for a directory: its state and what came of its questions.
 * @param {DirectoryStatus} directory
 * @param {string} now the daemon's time
 */
export function makeDirectory(directory, now) {
  const { name, type, state } = directory;
  const [tone, word] =
    needsAttention(directory) && !isUnwell(directory) ? ATTENTION : STATES[state];
  return make(
    'article',
    `card ${tone}`,
    make('h3', {}, name, ' ', make('small', {}, type), makeBadge(tone, word)),
    ...describeFault(directory, now),
    ...describePending(directory),
    makeFacts([
      [
        'last answer',
        directory.lastAnswer === undefined ? 'none yet' : sayAgo(directory.lastAnswer, now),
      ],
      ['latency', sayLatency(directory.latency) ?? 'not asked in the last five minutes'],
      ['questions', sayQuestions(directory)],
      ['from memory', sayMemory(directory)],
      ['remembers', sayRemembered(directory)],
      ['mirror', sayMirror(directory)],
      ['callers got', sayLookups(directory)],
      ['domains', sayDomains(directory)],
      ['circuit', sayCircuit(directory, now)],
      [
        'left out',
        directory.dropped === 0
          ? undefined
          : `${sayCount(directory.dropped)} values that were no address or login`,
      ],
    ]),
  );
}

/**
 * @param {DirectoryStatus} directory
 * @param {string} now
 */
function describeFault(directory, now) {
  const { lastFault } = directory;
  if (lastFault === undefined) return [];
  const { cause, reason, when } = lastFault;
  const lead = isUnwell(directory) ? 'Fault' : 'Last fault, over';
  return [
    make(
      'p',
      isUnwell(directory) ? 'fault' : 'fault over',
      make('strong', {}, `${lead}: ${cause}`),
      ` (${sayCause(cause)}), ${sayAgo(when, now)}: `,
      make('code', {}, reason),
    ),
  ];
}

/**
 * What waits for an administrator, and why *nobody* is not believed.
 * @param {DirectoryStatus} directory
 */
const describePending = ({ pending, doubt }) =>
  [
    ...(doubt === undefined ? [] : [`its "nobody" is not believed: ${doubt.reason}`]),
    ...pending,
  ].map((text) => make('p', 'pending warn', make('strong', {}, 'To do: '), ...makeText(text)));

/** @param {DirectoryStatus} directory */
const sayQuestions = ({ asked, inFlight, waiting }) =>
  `${sayCount(asked)} asked, ${sayCount(inFlight)} in flight, ${sayCount(waiting)} waiting`;

/** @param {DirectoryStatus} directory */
function sayMemory({ lookups: { found, none, stale, unknown, remembered, prefetched } }) {
  const all = found + none + stale + unknown;
  if (all === 0) return undefined;
  return `${sayShare(remembered, all)} of ${sayCount(all)} lookups, ${sayCount(prefetched)} prefetched`;
}

/** @param {DirectoryStatus} directory */
const sayRemembered = ({ remembered: { found, none, unknown } }) =>
  `${sayCount(found)} found, ${sayCount(none)} nobody, ${sayCount(unknown)} unknown`;

/** @param {DirectoryStatus} directory */
function sayMirror({ mirror }) {
  if (mirror === undefined) return undefined;
  const { accounts, groups, isInStep, ageMs, lost, takenFrom } = mirror;
  if (ageMs === undefined) return 'has not got everybody yet';
  const step = isInStep ? 'in step' : `behind, last word ${sayDuration(ageMs)} ago`;
  const losses = lost === 0 ? '' : `; ${sayCount(lost)} lost an address of late`;
  const by = takenFrom === undefined ? '' : `, taken from ${takenFrom}`;
  return `${step}${by}, ${sayMany(accounts, 'account')}, ${sayMany(groups, 'group')}${losses}`;
}

/** @param {DirectoryStatus} directory */
function sayLookups({ lookups: { found, none, stale, unknown, disbelieved } }) {
  const said = `${sayCount(found)} found, ${sayCount(none)} none, ${sayCount(stale)} stale, ${sayCount(unknown)} unknown`;
  return disbelieved === 0 ? said : `${said}; ${sayCount(disbelieved)} losses not believed`;
}

/** @param {DirectoryStatus} directory */
function sayDomains({ domains }) {
  if (domains === undefined) return undefined;
  return domains.count === undefined ? 'not listed yet' : `${sayCount(domains.count)} listed`;
}

/**
 * @param {DirectoryStatus} directory
 * @param {string} now
 */
function sayCircuit({ state, openings, circuitSince }, now) {
  if (openings === 0 || circuitSince === undefined) return undefined;
  const word = state === 'open' ? 'open' : 'closed';
  return `${word} since ${sayTime(circuitSince, now)}, opened ${openings === 1 ? 'once' : `${sayCount(openings)} times`}`;
}
