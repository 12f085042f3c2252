/** @import { ExplainedMap, Explanation, SenderExplanation } from '../../maps/explain.ts' */
/** @import { TraceExplanation } from '../../control/protocol.ts' */
/** @import { Step } from '../../lookup/outcome.ts' */
/** @import { Answer } from '../../maps/answer.ts' */
import { make, makeBadge } from './dom.js';
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
    make('p', {}, sayKey(key, normalised), 'domain' in told ? sayDomain(told.domain) : ''),
    make('ol', 'ways', ...maps.map(makeMap)),
  ];
}

/**
 * @param {string} key
 * @param {string | undefined} normalised
 */
function sayKey(key, normalised) {
  if (normalised === undefined) return `${key} is no address: nobody is asked. `;
  return normalised === key ? `${key}. ` : `${key} is compared as ${normalised}. `;
}

const OURS = /** @type {const} */ ({
  yes: 'ours',
  no: 'not ours',
  unknown: 'not known yet: a directory has not listed its domains',
});

/** @param {Explanation['domain']} domain */
const sayDomain = (domain) =>
  domain === undefined ? '' : `Domain ${domain.name}: ${OURS[domain.ours]}.`;

/** @param {ExplainedMap} explained */
const makeMap = ({ map, key, answer, steps }) =>
  make(
    'li',
    {},
    make('strong', {}, map),
    ` ${key} → `,
    make('code', 'answer', sayAnswer(answer)),
    make('ol', {}, ...steps.map((step) => make('li', `step ${step.step}`, sayStep(step)))),
  );

/** @param {Answer} answer */
function sayAnswer(answer) {
  if (answer.status === 'OK') return `OK ${answer.data}`;
  return 'reason' in answer ? `${answer.status} ${answer.reason}` : answer.status;
}

/** @param {Step} step */
function sayStep(step) {
  switch (step.step) {
    case 'candidate':
      return `as ${step.kind}: ${step.address}`;
    case 'shadow':
      return `${step.directory}: asked in the background and compared (shadow), it never answers`;
    case 'asked':
      return `${step.directory}: asked`;
    case 'mirror':
      return `${step.directory}: its mirror ${step.how}`;
    case 'memory': {
      const age = step.ageMs === undefined ? '' : `, ${sayDuration(step.ageMs)} old`;
      return `${step.directory}: ${MEMORY[step.state]}${age}`;
    }
    case 'outcome':
      return `${step.directory}: ${sayOutcome(step.outcome)}`;
  }
}

const MEMORY = /** @type {const} */ ({
  fresh: 'remembered, fresh',
  stale: 'remembered, stands in for the directory',
  none: 'remembered that there is nobody',
  unknown: 'failed a moment ago and is not asked again yet',
  joined: 'is being asked already',
});

/** @param {Extract<Step, { step: 'outcome' }>['outcome']} outcome */
function sayOutcome(outcome) {
  switch (outcome.status) {
    case 'none':
      return `nobody (${outcome.proof.how})`;
    case 'unknown':
      return `unknown (${outcome.cause}): ${outcome.reason}`;
    case 'found': {
      const because = outcome.stale === undefined ? '' : ` (stale: ${outcome.stale.reason})`;
      return `found${because} ${outcome.value.map((entry) => JSON.stringify(entry)).join(' and ')}`;
    }
  }
}
