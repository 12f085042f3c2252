import { type Alert, countUp, type Recording, type Series, seriesOf } from './alert.ts';

/** Both promises are kept for 99.9 % of the lookups; the rest is the budget. */
const BUDGET = 0.001;
const WINDOWS = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'] as const;
type Window = (typeof WINDOWS)[number];

/** A budget burns so many times too fast in the long window, and in the short one still. */
interface Burn {
  readonly times: number;
  readonly long: Window;
  readonly short: Window;
}

/** A fast burn is paged, a slow one can wait. Fewer bad lookups than `least` are nobody's trouble: a mail or two. */
const SPEEDS = {
  Fast: {
    severity: 'critical',
    least: 20,
    burns: [
      { times: 14.4, long: '1h', short: '5m' },
      { times: 6, long: '6h', short: '30m' },
    ],
  },
  Slow: {
    severity: 'warning',
    least: 50,
    burns: [
      { times: 3, long: '1d', short: '2h' },
      { times: 1, long: '3d', short: '6h' },
    ],
  },
} as const satisfies Record<
  string,
  { severity: Alert['severity']; least: number; burns: readonly Burn[] }
>;

const sum = (series: string, window: Window): string =>
  `sum by (namespace, job) (increase(${series}[${window}]))`;

/** Who is deferred because the account is disabled, as `disabled: defer` has it, is no failure. A daemon of before does not tell them apart. */
const failed = (window: Window): string => {
  const late = sum('idpmap_lookups_total{status=~"TEMP|PERM"}', window);
  return `${late} - (${sum('idpmap_lookups_disabled_total', window)} or 0 * ${late})`;
};

/** Lookups, those that failed, and those that were answered after the deadline, by window. */
export const BUDGET_RECORDINGS: readonly Recording[] = WINDOWS.flatMap((window) => [
  { record: `idpmap:lookups:increase${window}`, expr: sum('idpmap_lookups_total', window) },
  {
    record: `idpmap:lookups_failed:increase${window}`,
    expr: failed(window),
  },
  {
    record: `idpmap:lookups_late:increase${window}`,
    expr: `${sum('idpmap_lookup_duration_seconds_count', window)} - ${sum('idpmap_lookup_duration_seconds_bucket{le="0.2"}', window)}`,
  },
]);

function burning(bad: string, { times, long, short }: Burn, least: number): string {
  const share = (window: Window) =>
    `${bad}:increase${window} / idpmap:lookups:increase${window} > ${times} * ${BUDGET}`;
  return `(${share(long)} and ${share(short)} and ${bad}:increase${long} >= ${least})`;
}

/** So many lookups a minute, so many of them bad, for so many minutes. */
interface Phase {
  readonly all: number;
  readonly bad: number;
  readonly minutes: number;
}

interface Objective {
  readonly name: 'ErrorBudgetBurn' | 'LatencyBudgetBurn';
  readonly bad: string;
  readonly summary: string;
  readonly description: string;
  /** The series of a time. */
  readonly series: (phases: readonly Phase[]) => Series;
  /** Those of one in which whatever was bad was meant to be; absent: nothing is. */
  readonly meant?: (phases: readonly Phase[]) => Series;
}

const count = (phases: readonly Phase[], read: (phase: Phase) => number): string =>
  countUp(...phases.map((phase) => [read(phase), phase.minutes] as const));
const all = (phases: readonly Phase[]): string => count(phases, (phase) => phase.all);
const bad = (phases: readonly Phase[]): string => count(phases, (phase) => phase.bad);
const good = (phases: readonly Phase[]): string => count(phases, (phase) => phase.all - phase.bad);

const map = 'user-exists';
const lookups = (status: string): string => seriesOf('idpmap_lookups_total', { map, status });
const disabled = seriesOf('idpmap_lookups_disabled_total', { map });
const duration = (part: string, labels = {}): string =>
  seriesOf(`idpmap_lookup_duration_seconds_${part}`, { map, source: 'directory', ...labels });

const OBJECTIVES: readonly Objective[] = [
  {
    name: 'ErrorBudgetBurn',
    bad: 'idpmap:lookups_failed',
    summary: 'idpmap {{ $labels.job }} fails {{ $value | humanizePercentage }} of its lookups',
    description:
      'They are answered TEMP or PERM, so that Postfix delays this mail. 0.1 % may fail. See which directory it is, and why: idpmap_directory_faults_total.',
    series: (phases) => ({ [lookups('OK')]: good(phases), [lookups('TEMP')]: bad(phases) }),
    meant: (phases) => ({
      [lookups('OK')]: good(phases),
      [lookups('TEMP')]: bad(phases),
      [disabled]: bad(phases),
    }),
  },
  {
    name: 'LatencyBudgetBurn',
    bad: 'idpmap:lookups_late',
    summary:
      'idpmap {{ $labels.job }} answers {{ $value | humanizePercentage }} of its lookups too late',
    description:
      'They took more than 0.2 s, the deadline. 0.1 % may. Either a directory is slow or the process is short of CPU.',
    series: (phases) => ({
      [lookups('OK')]: all(phases),
      [duration('count')]: all(phases),
      [duration('bucket', { le: '0.2' })]: good(phases),
    }),
  },
];

function alertsOf(objective: Objective): readonly Alert[] {
  const { name, series, meant, summary, description } = objective;
  const common = { summary, description, for: '2m' };
  const after = (at: string, ...phases: readonly Phase[]) => ({ series: series(phases), at });
  const labels = { namespace: 'mail', job: 'idpmap' };
  const exprOf = ({ burns, least }: (typeof SPEEDS)[keyof typeof SPEEDS]) =>
    burns.map((burn) => burning(objective.bad, burn, least)).join('\nor\n');
  return [
    {
      ...common,
      name: `Idpmap${name}Fast`,
      severity: SPEEDS.Fast.severity,
      expr: exprOf(SPEEDS.Fast),
      fires: [
        // So far it is nothing to six hours.
        {
          ...after(
            '365m',
            { all: 1000, bad: 0, minutes: 300 },
            { all: 1000, bad: 20, minutes: 70 },
          ),
          labels,
          value: '2%',
        },
        { ...after('75m', { all: 1000, bad: 10, minutes: 90 }), labels, value: '1%' },
      ],
      quiet: [
        // One in five, but 12 an hour only.
        after('75m', { all: 1, bad: 0.2, minutes: 90 }),
        ...(meant === undefined
          ? []
          : [{ series: meant([{ all: 1000, bad: 500, minutes: 90 }]), at: '75m' }]),
        // It is over.
        after('75m', { all: 1000, bad: 500, minutes: 30 }, { all: 1000, bad: 0, minutes: 60 }),
      ],
    },
    {
      ...common,
      name: `Idpmap${name}Slow`,
      severity: SPEEDS.Slow.severity,
      expr: exprOf(SPEEDS.Slow),
      // The long windows hold what there is.
      fires: [
        { ...after('150m', { all: 1000, bad: 5, minutes: 160 }), labels, value: '0.5%' },
        { ...after('150m', { all: 1000, bad: 2, minutes: 160 }), labels, value: '0.2%' },
      ],
      quiet: [
        after('150m', { all: 10_000, bad: 5, minutes: 160 }),
        after('150m', { all: 50, bad: 0.25, minutes: 160 }),
      ],
    },
  ];
}

/** Alerts on promises that are being broken, fast or slowly. */
export const BUDGET_ALERTS: readonly Alert[] = OBJECTIVES.flatMap(alertsOf);
