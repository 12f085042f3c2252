/** @import { DirectoryStatus } from '../directorystatus.ts' */
import { make, makeBadge, makeFacts } from './dom.js';
import { isUnwell } from './summary.js';
import { sayAgo, sayCause, sayCount, sayLatency, sayShare, sayTime } from './words.js';

/** @type {Readonly<Record<DirectoryStatus['state'], readonly ['good' | 'bad' | 'idle', string]>>} */
const STATES = {
  ok: ['good', 'answers'],
  failing: ['bad', 'fails'],
  open: ['bad', 'down, only probed'],
  idle: ['idle', 'not asked yet'],
};

/**
 * Makes a card for a directory: its state and what came of its questions.
 * @param {DirectoryStatus} directory
 * @param {string} now the daemon's time
 */
export function makeDirectory(directory, now) {
  const { name, type, state } = directory;
  const [tone, word] = STATES[state];
  return make(
    'article',
    `card ${tone}`,
    make('h3', {}, name, ' ', make('small', {}, type), makeBadge(tone, word)),
    ...describeFault(directory, now),
    makeFacts([
      [
        'last answer',
        directory.lastAnswer === undefined ? 'none yet' : sayAgo(directory.lastAnswer, now),
      ],
      ['latency', sayLatency(directory.latency) ?? 'not asked in the last five minutes'],
      ['questions', sayQuestions(directory)],
      ['from memory', sayMemory(directory)],
      ['remembers', sayRemembered(directory)],
      ['callers got', sayLookups(directory)],
      ['people', sayPeople(directory)],
      ['held', sayHeld(directory)],
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
function sayLookups({ lookups: { found, none, stale, unknown, disbelieved } }) {
  const said = `${sayCount(found)} found, ${sayCount(none)} none, ${sayCount(stale)} stale, ${sayCount(unknown)} unknown`;
  return disbelieved === 0 ? said : `${said}; ${sayCount(disbelieved)} losses not believed`;
}

/**
 * What is wrong with a people file's newest content.
 * @param {DirectoryStatus} directory
 */
function sayPeople({ figures }) {
  if (figures?.['unread'] === 1)
    return 'the newest content can’t be read or is broken: see the log. Known people are served, mail for others waits';
  return figures?.['held'] === 1
    ? 'an edit that loses many is held back: idpmap accept'
    : undefined;
}

/** @param {DirectoryStatus} directory */
const sayHeld = ({ held }) =>
  held === undefined ? undefined : `${held}; they go on receiving: mend it, or idpmap accept`;

/** @param {DirectoryStatus} directory */
function sayDomains({ domains }) {
  if (domains === undefined) return undefined;
  const count =
    domains.count === undefined ? 'not listed yet' : `${sayCount(domains.count)} listed`;
  return domains.isHeld ? `${count}; a list that lost many is held back: idpmap accept` : count;
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
