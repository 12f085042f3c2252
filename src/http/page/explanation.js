/** @import { ExplainedMap, Explanation, SenderExplanation } from '../../maps/explain.ts' */
/** @import { TraceExplanation } from '../../control/protocol.ts' */
/** @import { Answer } from '../../maps/answer.ts' */
import { make, makeBadge } from './dom.js';
import { OURS, sayFound, sayKey, sayMirrors, sayShadows, sayWay } from './ways.js';
import { sayCause, sayDuration, sayTime } from './words.js';

/**
 * Makes what the daemon told of a question, for people.
 * @param {Explanation | SenderExplanation | TraceExplanation} told
 * @returns {readonly HTMLElement[]}
 */
export function makeExplanation(told) {
  if (!('trace' in told)) return makeVerdict(told);
  const { id, when, ageMs, map, key, cause, directory, reason } = told.trace;
  const then = make(
    'p',
    {},
    make('strong', {}, `${id}: ${map} ${key}`),
    ` was answered TEMP at ${sayTime(when, Date.parse(when) + ageMs)}, ${sayDuration(ageMs)} ago. ${directory}: ${cause}, ${sayCause(cause)}: `,
    make('code', {}, reason),
  );
  if (told.now === undefined) return [then];
  return [then, make('p', {}, make('strong', {}, 'Now:')), ...makeVerdict(told.now)];
}

/** @type {Readonly<Record<number, readonly ['good' | 'warn' | 'bad', string]>>} */
const CODES = { 250: ['good', 'taken'], 451: ['warn', 'deferred'] };

/** @param {Explanation | SenderExplanation} told */
function makeVerdict(told) {
  const { key, normalised, maps, verdict } = told;
  const [tone, word] = CODES[verdict.code] ?? ['bad', 'refused'];
  const to = 'login' in told ? ` to MAIL FROM of ${told.login}` : '';
  return [
    make(
      'p',
      'verdict',
      makeBadge(tone, word),
      make('strong', {}, ` Postfix will say ${verdict.code}${to}: ${verdict.reason}`),
    ),
    make('p', {}, `${sayKey(key, normalised)}. `, 'domain' in told ? sayDomain(told.domain) : ''),
    ...makeList('found', sayFound(maps)),
    make('ul', 'ways', ...maps.map((each) => makeMap(each, key, normalised))),
    ...makeList('mirrors', sayMirrors(maps)),
    ...makeList('shadows', sayShadows(maps)),
  ];
}

/**
 * @param {string} name
 * @param {readonly string[]} lines
 */
const makeList = (name, lines) =>
  lines.length === 0 ? [] : [make('ul', name, ...lines.map((line) => make('li', {}, line)))];

/** @param {Explanation['domain']} domain */
const sayDomain = (domain) =>
  domain === undefined ? '' : `Domain ${domain.name}: ${OURS[domain.ours]}.`;

/**
 * @param {ExplainedMap} explained
 * @param {string} asked
 * @param {string} [normalised]
 */
const makeMap = (explained, asked, normalised = asked) =>
  make(
    'li',
    {},
    make('strong', {}, explained.map),
    explained.key === asked ? ' → ' : ` ${explained.key} → `,
    make('code', 'answer', sayAnswer(explained.answer)),
    `: ${sayWay(explained, normalised)}`,
  );

/** @param {Answer} answer */
function sayAnswer(answer) {
  if (answer.status === 'OK') return `OK ${answer.data}`;
  return 'reason' in answer ? `${answer.status} ${answer.reason}` : answer.status;
}
