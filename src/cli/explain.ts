import type { Step } from '../lookup/outcome.ts';
import { type ExplainedMap, type Explanation, explain as explainAddress } from '../maps/explain.ts';
import { formatReply } from '../socketmap/protocol.ts';
import { type CommonOptions, command, load, print } from './common.ts';
import { withDirect } from './direct.ts';
import { EXIT } from './exit.ts';

export interface ExplainOptions extends CommonOptions {
  readonly direct?: boolean;
}

/** Tells why an address is answered as it is. */
export async function explain(address: string, options: ExplainOptions): Promise<number> {
  const explanation =
    options.direct === true
      ? await explainDirect(address, options)
      : await command(options, 'explain', { address });
  print(options, explanation, format(explanation));
  return EXIT.ok;
}

async function explainDirect(address: string, options: ExplainOptions): Promise<Explanation> {
  const { settings } = await load(options);
  return withDirect(settings, async ({ state: { routes }, contextNow }) =>
    explainAddress(address, routes.maps, routes.world.domains, contextNow),
  );
}

/** Writes an explanation for people. */
export function format({ key, normalised, domain, maps, verdict }: Explanation): string {
  return [
    `${key}${normalised === undefined ? ' is no address: nobody is asked' : normalised === key ? '' : ` is compared as ${normalised}`}`,
    ...(domain === undefined ? [] : [`domain ${domain.name}: ${OURS[domain.ours]}`]),
    '',
    ...maps.flatMap(formatMap),
    '',
    `Postfix will say ${verdict.code}: ${verdict.reason}`,
  ].join('\n');
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
      return 'nobody';
    case 'unknown':
      return `unknown (${outcome.cause}): ${outcome.reason}`;
    case 'found': {
      const because = outcome.stale === undefined ? '' : ` (stale: ${outcome.stale.reason})`;
      return `found${because} ${outcome.value.map((entry) => JSON.stringify(entry)).join(' and ')}`;
    }
  }
}
