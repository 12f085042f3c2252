import type { TraceExplanation } from '../control/protocol.ts';
import type { Step } from '../lookup/outcome.ts';
import {
  type ExplainedMap,
  type Explanation,
  explain as explainAddress,
  explainSender,
  type SenderExplanation,
} from '../maps/explain.ts';
import { printable } from '../printable.ts';
import { formatReply } from '../socketmap/protocol.ts';
import { type CommonOptions, command, load } from './common.ts';
import { withDirect } from './direct.ts';
import { CliError, EXIT } from './exit.ts';
import { print } from './print.ts';

export interface ExplainOptions extends CommonOptions {
  readonly direct?: boolean;
  readonly login?: string;
  readonly id?: string;
}

/** Tells why an address is answered as it is, whether a login may send as it, or what an id in mail.log stands for. */
export async function explain(
  address: string | undefined,
  options: ExplainOptions,
): Promise<number> {
  const { login, id } = options;
  if (id !== undefined) {
    checkAlone(address, options);
    const told = await command(options, 'explainTrace', { id });
    print(options, told, formatTrace(told));
  } else if (address === undefined) {
    throw new CliError(EXIT.usage, 'say an address, or the id of a TEMP: --id ID');
  } else if (login !== undefined) {
    const told = await explainLogin(address, login, options);
    print(options, told, formatSender(told));
  } else {
    const told = await explainOne(address, options);
    print(options, told, format(told));
  }
  return EXIT.ok;
}

/** The daemon that answered so knows the id, and what was asked. */
function checkAlone(address: string | undefined, { login, direct }: ExplainOptions): void {
  if (address === undefined && login === undefined && direct !== true) return;
  throw new CliError(EXIT.usage, '--id stands alone, without an address, --login and --direct');
}

async function explainOne(address: string, options: ExplainOptions): Promise<Explanation> {
  if (options.direct !== true) return command(options, 'explain', { address });
  const { settings } = await load(options);
  return withDirect(settings, async ({ state: { routes }, contextNow }) =>
    explainAddress(address, routes.maps, routes.world.domains, contextNow),
  );
}

async function explainLogin(
  address: string,
  login: string,
  options: ExplainOptions,
): Promise<SenderExplanation> {
  if (options.direct !== true) return command(options, 'explainSender', { address, login });
  const { settings } = await load(options);
  return withDirect(settings, async ({ state: { routes }, contextNow }) =>
    explainSender(address, login, routes.maps, contextNow),
  );
}

/** Writes an explanation for people. */
export function format({ key, normalised, domain, maps, verdict }: Explanation): string {
  return [
    describeKey(key, normalised),
    ...(domain === undefined ? [] : [`domain ${domain.name}: ${OURS[domain.ours]}`]),
    '',
    ...maps.flatMap(formatMap),
    '',
    `Postfix will say ${verdict.code}: ${verdict.reason}`,
  ]
    .map(printable)
    .join('\n');
}

const formatSender = ({ key, normalised, login, maps, verdict }: SenderExplanation): string =>
  [
    describeKey(key, normalised),
    '',
    ...maps.flatMap(formatMap),
    '',
    `Postfix will say ${verdict.code} to MAIL FROM of ${login}: ${verdict.reason}`,
  ]
    .map(printable)
    .join('\n');

function formatTrace({ trace, now }: TraceExplanation): string {
  const { id, when, ageMs, map, key, cause, directory, reason } = trace;
  return [
    printable(`${id}: ${map} ${key} was answered TEMP at ${when}, ${formatAge(ageMs)} ago`),
    printable(`  ${directory}: unknown (${cause}): ${reason}`),
    ...(now === undefined ? [] : ['', 'now:', '', format(now)]),
  ].join('\n');
}

const formatAge = (ms: number): string =>
  ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;

function describeKey(key: string, normalised: string | undefined): string {
  if (normalised === undefined) return `${key} is no address: nobody is asked`;
  return normalised === key ? key : `${key} is compared as ${normalised}`;
}

const OURS = {
  yes: 'ours',
  no: 'not ours',
  unknown: 'not known yet, a directory has not listed its domains',
} as const;

const formatMap = ({ map, key, answer, steps }: ExplainedMap): readonly string[] => [
  `${map} ${key} → ${formatReply(answer).trimEnd()}`,
  ...steps.map((step) => `    ${formatStep(step)}`),
];

function formatStep(step: Step): string {
  switch (step.step) {
    case 'candidate':
      return `as ${step.kind}: ${step.address}`;
    case 'asked':
      return `  ${step.directory}: asked`;
    case 'memory': {
      const age = step.ageMs === undefined ? '' : `, ${Math.round(step.ageMs / 1000)} s old`;
      return `  ${step.directory}: ${MEMORY[step.state]}${age}`;
    }
    case 'outcome':
      return `  ${step.directory}: ${formatOutcome(step.outcome)}`;
  }
}

const MEMORY = {
  fresh: 'remembered, fresh',
  stale: 'remembered, stands in for the directory',
  none: 'remembered that there is nobody',
  unknown: 'failed a moment ago and is not asked again yet',
  joined: 'is being asked already',
} as const;

function formatOutcome(outcome: Extract<Step, { step: 'outcome' }>['outcome']): string {
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
