import type { TraceExplanation } from '../control/protocol.ts';
import type { Entry } from '../directory/directory.ts';
import type { Step } from '../lookup/outcome.ts';
import type { ExplainedMap, Explanation, SenderExplanation } from '../maps/explain.ts';
import { printable } from '../printable.ts';
import { formatReply } from '../socketmap/protocol.ts';

/** Writes an explanation for people: what Postfix will say, who it is, and a line for each map. */
export function formatExplanation({ key, normalised, domain, maps, verdict }: Explanation): string {
  return join([
    `Postfix will say ${verdict.code}: ${verdict.reason}`,
    '',
    ...describeKey(key, normalised),
    ...(domain === undefined ? [] : [`domain ${domain.name}: ${OURS[domain.ours]}`]),
    ...describeFound(maps),
    '',
    ...formatMaps(maps, key, normalised),
    ...describeShadows(maps),
  ]);
}

/** Writes whether a login may send as an address. */
export const formatSender = ({
  key,
  normalised,
  login,
  maps,
  verdict,
}: SenderExplanation): string =>
  join([
    `Postfix will say ${verdict.code} to MAIL FROM of ${login}: ${verdict.reason}`,
    '',
    ...describeKey(key, normalised),
    ...describeFound(maps),
    '',
    ...formatMaps(maps, key, normalised),
  ]);

/** Writes what an id in mail.log stands for, and how the same is answered now. */
export function formatTrace({ trace, now }: TraceExplanation): string {
  const { id, when, ageMs, map, key, cause, directory, reason } = trace;
  return [
    printable(`${id}: ${map} ${key} was answered TEMP at ${when}, ${formatAge(ageMs)} ago`),
    printable(`  ${directory}: unknown (${cause}): ${reason}`),
    ...(now === undefined ? [] : ['', 'now:', '', formatExplanation(now)]),
  ].join('\n');
}

/** A line each, whatever it holds. */
const join = (lines: readonly string[]): string => lines.map(printable).join('\n');

const formatAge = (ms: number): string =>
  ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;

function describeKey(key: string, normalised: string | undefined): readonly string[] {
  if (normalised === undefined) return [`${key} is no address: nobody is asked`];
  return [normalised === key ? key : `${key} is compared as ${normalised}`];
}

const OURS = {
  yes: 'ours',
  no: 'not ours',
  unknown: 'not known yet, a directory has not listed its domains',
} as const;

/** Whoever was found, once each, however many maps have asked. */
function describeFound(maps: readonly ExplainedMap[]): readonly string[] {
  const found = maps.flatMap(({ steps }) =>
    steps.flatMap((step) =>
      step.step === 'outcome' && step.outcome.status === 'found'
        ? step.outcome.value.map((value) => `${step.directory}: ${describeValue(value)}`)
        : [],
    ),
  );
  return [...new Set(found)];
}

/** Who is asked beside those that answer. */
function describeShadows(maps: readonly ExplainedMap[]): readonly string[] {
  const named = maps.flatMap(({ steps }) =>
    steps.flatMap((step) => (step.step === 'shadow' ? [step.directory] : [])),
  );
  return [...new Set(named)].map(
    (name) =>
      `shadow ${name}: asked in the background and compared, it never answers (idpmap status --shadow)`,
  );
}

/** What adapters give is an entry; of a table's row there is only the text. */
const isEntry = (value: unknown): value is Entry =>
  typeof value === 'object' && value !== null && 'kind' in value && 'members' in value;

/** So many of a long list are shown; `--json` has all. */
const MOST_SHOWN = 20;

const list = (what: string, all: readonly string[]): readonly string[] => {
  if (all.length === 0) return [];
  const more = all.length > MOST_SHOWN ? ` and ${all.length - MOST_SHOWN} more` : '';
  return [`${what} ${all.slice(0, MOST_SHOWN).join(', ')}${more}`];
};

function describeValue(value: unknown): string {
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

function formatMaps(
  maps: readonly ExplainedMap[],
  asked: string,
  normalised: string = asked,
): readonly string[] {
  const names = maps.map(({ map, key }) => (key === asked ? map : `${map} ${key}`));
  const width = Math.max(0, ...names.map(({ length }) => length));
  return maps.map((explained, i) => {
    const reply = formatReply(explained.answer).trimEnd();
    return `${(names[i] ?? '').padEnd(width)} → ${reply}: ${describeWay(explained, normalised)}`;
  });
}

/** How the answer came about, in half a sentence. */
function describeWay({ kind, answer, steps }: ExplainedMap, asked: string): string {
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
    ...(isDenied && kind !== 'table' ? [DENIED[kind] ?? 'who is nothing to this map'] : []),
    ...(isTaken ? ['a role or the catch-all takes it'] : []),
  ].join(', ');
}

/** Why somebody is there, and a map says NOTFOUND. */
const DENIED: Readonly<Partial<Record<ExplainedMap['kind'], string>>> = {
  mailboxes: 'but no mailbox that takes mail has it as its own address',
  aliases: 'whose own address it is, and no alias',
  senders: 'but no login may send as it',
  recipients: 'but it takes no mail',
};

/** What a directory said, under one or several names. */
interface Said {
  readonly from: string;
  readonly status: 'found' | 'none' | 'unknown';
  readonly text: string;
}

function readSteps(steps: readonly Step[], asked: string): readonly Said[] {
  const said: Said[] = [];
  let name = '';
  let memory = '';
  for (const step of steps) {
    if (step.step === 'candidate') name = describeCandidate(step, asked);
    else if (step.step === 'asked') memory = ', asked now';
    else if (step.step === 'memory') memory = describeMemory(step);
    else if (step.step === 'outcome') {
      said.push(describeOutcome(step, name, memory));
      memory = '';
    }
  }
  return said;
}

function describeOutcome(
  { directory: from, outcome }: Extract<Step, { step: 'outcome' }>,
  name: string,
  memory: string,
): Said {
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

const DOMAIN = {
  OK: 'the domain is ours',
  NOTFOUND: 'the domain is not ours',
  TEMP: 'whether it is ours is not known',
  PERM: 'it is not configured',
  TIMEOUT: 'it took too long',
} as const;

const WAYS = new Map([
  ['exact', 'as it is written'],
  ['extension', 'without its extension'],
]);

function describeCandidate(
  { kind, address }: Extract<Step, { step: 'candidate' }>,
  asked: string,
): string {
  if (kind === 'exact' && address !== asked)
    return `as ${address}, the target of a role or the catch-all`;
  return WAYS.get(kind) ?? `as ${address} (${kind})`;
}

const STATES = {
  fresh: 'remembered',
  stale: 'remembered',
  none: 'remembered',
  unknown: 'not asked again yet, it failed',
  joined: 'being asked already',
  fleet: 'told to',
};

function describeMemory({ state, ageMs, by }: Extract<Step, { step: 'memory' }>): string {
  const whom = by === undefined ? '' : ` ${by}`;
  return `, ${STATES[state]}${whom}${ageMs === undefined ? '' : ` ${formatAge(ageMs)} ago`}`;
}
