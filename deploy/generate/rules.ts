import { stringify } from 'yaml';
import {
  type Alert,
  type Example,
  type FiringExample,
  type Recording,
  runbookOf,
  type Step,
} from './alert.ts';
import { ANSWER_ALERTS, ANSWER_RECORDINGS } from './answers.ts';
import { BUDGET_ALERTS, BUDGET_RECORDINGS } from './budget.ts';
import { CONTENT_ALERTS } from './contents.ts';
import { DIRECTORY_ALERTS } from './directories.ts';
import { FLEET_ALERTS } from './fleet.ts';
import { MIRROR_ALERTS } from './mirrors.ts';
import { CONFIGURATION_ALERTS, PROGRAM_ALERTS } from './program.ts';

/** Rules that Prometheus evaluates in this order, at the same instant. */
interface Group {
  readonly name: string;
  readonly recordings: readonly Recording[];
  readonly alerts: readonly Alert[];
}

const GROUPS: readonly Group[] = [
  { name: 'idpmap-budget', recordings: BUDGET_RECORDINGS, alerts: BUDGET_ALERTS },
  { name: 'idpmap-answers', recordings: ANSWER_RECORDINGS, alerts: ANSWER_ALERTS },
  {
    name: 'idpmap-directories',
    recordings: [],
    alerts: [...DIRECTORY_ALERTS, ...CONTENT_ALERTS, ...MIRROR_ALERTS, ...FLEET_ALERTS],
  },
  { name: 'idpmap-program', recordings: [], alerts: [...PROGRAM_ALERTS, ...CONFIGURATION_ALERTS] },
];

/** All alerts there are. */
export const ALERTS: readonly Alert[] = GROUPS.flatMap(({ alerts }) => alerts);

/** The files that `promtool test rules` reads. */
export const RULE_TESTS = ['rules_test.yaml', 'rules_test_days.yaml'] as const;

const HEAD = '# made by `npm run dashboards` from deploy/generate; edit that instead\n';
const write = (tree: unknown): string => HEAD + stringify(tree, { lineWidth: 0 });

/** Writes the rules as Prometheus reads them. `files` precedes their runbooks; without it, their places are told. */
export const rulesFile = (files?: string): string =>
  write({
    groups: GROUPS.map(({ name, recordings, alerts }) => ({
      name,
      rules: [...recordings, ...alerts.map((alert) => ruleOf(alert, files))],
    })),
  });

const annotationsOf = ({ name, summary, description }: Alert, files?: string) => ({
  summary,
  description,
  ...(files === undefined
    ? { runbook: runbookOf(name) }
    : { runbook_url: `${files}${runbookOf(name)}` }),
});

const ruleOf = (alert: Alert, files?: string) => ({
  alert: alert.name,
  expr: alert.expr,
  for: alert.for,
  labels: { severity: alert.severity },
  annotations: annotationsOf(alert, files),
});

/**
 * Writes what `promtool test rules` checks them with: each alert once where it fires, and once where it does not. One
 * file holds the examples of one step, for promtool knows one interval a file.
 */
export const ruleTestsFile = (step: Step, files?: string): string =>
  write({
    rule_files: ['rules.yaml'],
    evaluation_interval: step,
    tests: ALERTS.flatMap((alert) => [
      ...listOf(alert.fires).map((example) =>
        testOf(alert, 'fires', example, [expectedOf(alert, example, files)]),
      ),
      ...listOf(alert.quiet).map((example) => testOf(alert, 'is quiet', example, [])),
    ]).filter(({ interval }) => interval === step),
  });

const listOf = <T extends Example>(examples: T | readonly T[]): readonly T[] =>
  'series' in examples ? [examples] : examples;

const testOf = (
  { name: alertname }: Alert,
  does: string,
  { series, at, step = '1m' }: Example,
  exp_alerts: readonly unknown[],
) => ({
  name: `${alertname} ${does}`,
  interval: step,
  input_series: Object.entries(series).map(([key, values]) => ({ series: key, values })),
  alert_rule_test: [{ eval_time: at, alertname, exp_alerts }],
});

function expectedOf(alert: Alert, example: FiringExample, files?: string): unknown {
  const texts = Object.entries(annotationsOf(alert, files)).map(([key, text]) => [
    key,
    fill(text, example),
  ]);
  return {
    exp_labels: { ...example.labels, severity: alert.severity },
    exp_annotations: Object.fromEntries(texts),
  };
}

/** Does what Prometheus does with the few templates that the annotations use. */
function fill(text: string, { labels, value = '' }: FiringExample): string {
  return text
    .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label] ?? '')
    .replaceAll('{{ $value | humanizePercentage }}', value);
}
