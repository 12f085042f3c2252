/** @import { Entry } from '../../directory/directory.ts' */
/** @import { Step } from '../../lookup/outcome.ts' */
/** @import { ExplainedMap } from '../../maps/explain.ts' */

// What the terminal and the page say of an explanation, in the same words.

export const OURS = /** @type {const} */ ({
  yes: 'ours',
  no: 'not ours',
  unknown: 'not known yet, a directory has not listed its domains',
});

/**
 * Says what is asked for.
 * @param {string} key
 * @param {string | undefined} normalised
 */
export function sayKey(key, normalised) {
  if (normalised === undefined) return `${key} is no address: nobody is asked`;
  return normalised === key ? key : `${key} is compared as ${normalised}`;
}

/**
 * Says whoever was found, once each, however many maps have asked.
 * @param {readonly ExplainedMap[]} maps
 * @returns {readonly string[]}
 */
export function sayFound(maps) {
  const found = maps.flatMap(({ steps }) =>
    steps.flatMap((step) =>
      step.step === 'outcome' && step.outcome.status === 'found'
        ? step.outcome.value.map((value) => `${step.directory}: ${sayValue(value)}`)
        : [],
    ),
  );
  return [...new Set(found)];
}

/**
 * Says how mirrors stand towards the addresses that they were asked for, once each.
 * @param {readonly ExplainedMap[]} maps
 * @returns {readonly string[]}
 */
export function sayMirrors(maps) {
  const told = maps.flatMap(({ steps }) =>
    steps.flatMap((step) =>
      step.step === 'mirror' ? [`mirror of ${step.directory}: ${step.key}: ${step.how}`] : [],
    ),
  );
  return [...new Set(told)];
}

/**
 * Says who is asked beside those that answer.
 * @param {readonly ExplainedMap[]} maps
 * @returns {readonly string[]}
 */
export function sayShadows(maps) {
  const named = maps.flatMap(({ steps }) =>
    steps.flatMap((step) => (step.step === 'shadow' ? [step.directory] : [])),
  );
  return [...new Set(named)].map(
    (name) =>
      `shadow ${name}: asked in the background and compared, it never answers (idpmap status --shadow)`,
  );
}

/**
 * What adapters give is an entry; of a table's row there is only the text.
 * @param {unknown} value
 * @returns {value is Entry}
 */
const isEntry = (value) =>
  typeof value === 'object' && value !== null && 'kind' in value && 'members' in value;

/** So many of a long list are shown; the terminal's `--json` has all. */
const MOST_SHOWN = 20;

/**
 * @param {string} what
 * @param {readonly string[]} all
 * @returns {readonly string[]}
 */
function list(what, all) {
  if (all.length === 0) return [];
  const more = all.length > MOST_SHOWN ? ` and ${all.length - MOST_SHOWN} more` : '';
  return [`${what} ${all.slice(0, MOST_SHOWN).join(', ')}${more}`];
}

/** @param {unknown} value */
function sayValue(value) {
  if (!isEntry(value)) return JSON.stringify(value);
  const { kind, address, id, spelling, enabled, aliases, logins, members, leftOut = [] } = value;
  return [
    `${kind} ${spelling ?? address}${enabled ? '' : ', disabled'}`,
    ...(id === address ? [] : [`id ${id}`]),
    ...list('aliases', aliases),
    ...list('logins', logins),
    ...list('members', members),
    ...list('left out', leftOut),
  ].join('; ');
}

/**
 * Says how an answer came about, in half a sentence.
 * @param {ExplainedMap} explained
 * @param {string} asked the address, as it is compared
 */
export function sayWay({ kind, answer, steps }, asked) {
  if (kind === 'domains') return DOMAIN[answer.status];
  const said = readSteps(steps, asked);
  const last = said.at(-1);
  if (last === undefined) return 'nobody is asked';
  // That it is nobody under another name is no news where the same directory has it.
  const news = said.filter(
    (each) =>
      each === last || last.status !== 'found' || each.status !== 'none' || each.from !== last.from,
  );
  const isDenied = last.status === 'found' && answer.status === 'NOTFOUND';
  const isTaken = last.status === 'none' && answer.status === 'OK';
  return [
    news.map(({ text }) => text).join('; '),
    ...(isDenied && kind !== 'table'
      ? [sayUseless(steps) ?? DENIED[kind] ?? 'who is nothing to this map']
      : []),
    ...(isTaken ? ['a role or the catch-all takes it'] : []),
  ].join(', ');
}

/**
 * Why whoever was found last can take no mail, as any map sees it; nothing where they can.
 * @param {readonly Step[]} steps
 */
function sayUseless(steps) {
  const last = steps.findLast((step) => step.step === 'outcome');
  const found =
    last?.step === 'outcome' && last.outcome.status === 'found' ? last.outcome.value : [];
  const entries = found.filter(isEntry);
  if (entries.length === 0) return undefined;
  if (entries.every(({ enabled }) => !enabled)) return 'but it is disabled';
  return entries.every(({ kind, members }) => kind === 'group' && members.length === 0)
    ? 'but the group has no member'
    : undefined;
}

/**
 * Why somebody is there, and a map says NOTFOUND.
 * @type {Readonly<Partial<Record<ExplainedMap['kind'], string>>>}
 */
const DENIED = {
  mailboxes: 'but no mailbox that takes mail has it as its own address',
  aliases: 'whose own address it is, and no alias',
  senders: 'but no login may send as it',
  recipients: 'but it takes no mail',
};

/**
 * What a directory said, under one or several names.
 * @typedef {{ readonly from: string, readonly status: 'found' | 'none' | 'unknown', readonly text: string }} Said
 */

/**
 * @param {readonly Step[]} steps
 * @param {string} asked
 * @returns {readonly Said[]}
 */
function readSteps(steps, asked) {
  /** @type {Said[]} */
  const said = [];
  let name = '';
  let memory = '';
  for (const step of steps) {
    if (step.step === 'candidate') name = sayCandidate(step, asked);
    else if (step.step === 'asked') memory = ', asked now';
    else if (step.step === 'memory') memory = sayMemory(step);
    else if (step.step === 'mirror' && step.is === 'found') memory = ', from its mirror';
    else if (step.step === 'outcome') {
      said.push(readOutcome(step, name, memory));
      memory = '';
    }
  }
  return said;
}

/**
 * @param {Extract<Step, { step: 'outcome' }>} step
 * @param {string} name
 * @param {string} memory
 * @returns {Said}
 */
function readOutcome({ directory: from, outcome }, name, memory) {
  const { status } = outcome;
  if (status === 'none')
    return { from, status, text: `${from} has nobody ${name} (${outcome.proof.how})` };
  if (status === 'unknown')
    return {
      from,
      status,
      text: `${from} can't tell ${name}: ${outcome.cause}, ${outcome.reason}`,
    };
  const { stale } = outcome;
  const instead = stale === undefined ? '' : `, in its place (${stale.reason})`;
  return { from, status, text: `${from} has it ${name}${memory}${instead}` };
}

const DOMAIN = /** @type {const} */ ({
  OK: 'the domain is ours',
  NOTFOUND: 'the domain is not ours',
  TEMP: 'whether it is ours is not known',
  PERM: 'it is not configured',
  TIMEOUT: 'it took too long',
});

const WAYS = new Map([
  ['exact', 'as it is written'],
  ['extension', 'without its extension'],
]);

/**
 * @param {Extract<Step, { step: 'candidate' }>} step
 * @param {string} asked
 */
function sayCandidate({ kind, address }, asked) {
  if (kind === 'exact' && address !== asked)
    return `as ${address}, the target of a role or the catch-all`;
  return WAYS.get(kind) ?? `as ${address} (${kind})`;
}

const STATES = /** @type {const} */ ({
  fresh: 'remembered',
  stale: 'remembered',
  none: 'remembered',
  unknown: 'not asked again yet, it failed',
  joined: 'being asked already',
  fleet: 'told to',
});

/** @param {Extract<Step, { step: 'memory' }>} step */
const sayMemory = ({ state, ageMs, by }) =>
  `, ${STATES[state]}${by === undefined ? '' : ` ${by}`}${ageMs === undefined ? '' : ` ${sayAge(ageMs)} ago`}`;

/**
 * Writes an age in one unit.
 * @param {number} ms
 */
export const sayAge = (ms) =>
  ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
