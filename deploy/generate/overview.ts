import type { Page } from './dashboard.ts';
import { type Panel, pick, quantile, rate } from './panel.ts';

const LOOKUPS = 'idpmap_lookups_total';
const DURATION = 'idpmap_lookup_duration_seconds';
const share = (status: string, by = ''): string => {
  const sum = by === '' ? 'sum' : `sum by (${by})`;
  return `${sum} (${rate(LOOKUPS, status)}) / (${sum} (${rate(LOOKUPS)}) > 0)`;
};
const inTime = `sum (${rate(`${DURATION}_bucket`, 'le="0.2"')}) / (sum (${rate(`${DURATION}_count`)}) > 0)`;

const numbers: readonly Panel[] = [
  {
    title: 'Instances',
    description: 'Instances that are scraped.',
    unit: 'short',
    kind: 'number',
    alerts: ['IdpmapAbsent', 'IdpmapInstanceDown'],
    queries: [{ expr: `count (${pick('idpmap_build_info')})`, legend: 'instances' }],
  },
  {
    title: 'Lookups',
    description: 'Lookups a second.',
    unit: 'reqps',
    kind: 'number',
    queries: [{ expr: `sum (${rate(LOOKUPS)})`, legend: 'lookups' }],
  },
  {
    title: 'Delayed',
    description:
      'Share of the lookups that are answered TEMP or PERM, so that Postfix delays the mail. The promise is 0.1 %.',
    unit: 'percentunit',
    kind: 'number',
    alerts: ['IdpmapErrorBudgetBurnFast'],
    queries: [{ expr: share('status=~"TEMP|PERM"'), legend: 'TEMP, PERM' }],
  },
  {
    title: 'In time',
    description: 'Share of the lookups that are answered within 0.2 s. The promise is 99.9 %.',
    unit: 'percentunit',
    kind: 'number',
    alerts: ['IdpmapLatencyBudgetBurnFast'],
    queries: [{ expr: inTime, legend: 'in time' }],
  },
  {
    title: 'Directories down',
    description: 'Directories whose last question failed, or that are only probed.',
    unit: 'short',
    kind: 'number',
    alerts: ['IdpmapDirectoryDown'],
    queries: [{ expr: `count (${pick('idpmap_directory_up')} == 0) or vector(0)`, legend: 'down' }],
  },
  {
    title: 'Failed reloads',
    description: 'Instances that could not read their configuration and run an older one.',
    unit: 'short',
    kind: 'number',
    alerts: ['IdpmapConfigReloadFailed'],
    queries: [
      {
        expr: `count (${pick('idpmap_config_last_reload_successful')} == 0) or vector(0)`,
        legend: 'failed',
      },
    ],
  },
];

const answers: readonly Panel[] = [
  {
    title: 'Answers',
    description:
      'Lookups a second by answer. NOTFOUND refuses mail, TEMP delays it, PERM is a map that is not configured.',
    unit: 'reqps',
    queries: [{ expr: `sum by (status) (${rate(LOOKUPS)})`, legend: '{{status}}' }],
  },
  {
    title: 'Lookups by map',
    description: 'Lookups a second by the map that Postfix named.',
    unit: 'reqps',
    alerts: ['IdpmapUnknownMap'],
    queries: [{ expr: `sum by (map) (${rate(LOOKUPS)})`, legend: '{{map}}' }],
  },
  {
    title: 'Share of NOTFOUND',
    description:
      'By map. A map of aliases answers NOTFOUND for most; what counts is a leap, in the maps of mailboxes and recipients above all: it bounces mail for good.',
    unit: 'percentunit',
    alerts: ['IdpmapNotFoundSurge'],
    queries: [
      { expr: share('status="NOTFOUND"', 'map'), legend: '{{map}}' },
      {
        expr: `sum by (map) (${rate(LOOKUPS, 'status="NOTFOUND"').replace(']', '] offset 1d')}) / (sum by (map) (${rate(LOOKUPS).replace(']', '] offset 1d')}) > 0)`,
        legend: '{{map}} yesterday',
      },
    ],
  },
  {
    title: 'Share of TEMP',
    description: 'By map. This mail is delayed.',
    unit: 'percentunit',
    alerts: ['IdpmapErrorBudgetBurnFast', 'IdpmapErrorBudgetBurnSlow'],
    queries: [{ expr: share('status="TEMP"', 'map'), legend: '{{map}}' }],
  },
];

const causes: readonly Panel[] = [
  {
    title: 'Faults by directory and cause',
    description:
      'Lookups a second that could not be asked, whether memory stood in or not: why mail is delayed, and which directory it is.',
    unit: 'reqps',
    alerts: ['IdpmapDirectoryDown'],
    queries: [
      {
        expr: `sum by (directory, cause) (${rate('idpmap_directory_faults_total')}) > 0`,
        legend: '{{directory}} {{cause}}',
      },
    ],
  },
  {
    title: 'Since when',
    description:
      'Age of the directory’s last answer. It grows while the directory fails, and while nobody is asked for.',
    unit: 's',
    alerts: ['IdpmapStaleEnds'],
    queries: [
      {
        expr: `min by (directory) (time() - (${pick('idpmap_directory_last_answer_timestamp_seconds')} > 0))`,
        legend: '{{directory}}',
      },
    ],
  },
];

const durations: readonly Panel[] = [
  {
    title: 'Time to the answer',
    description: 'From reading a lookup to its answer; 0.2 s is the deadline.',
    unit: 's',
    alerts: ['IdpmapLatencyBudgetBurnFast'],
    queries: [0.5, 0.99, 0.999].map((q) => ({
      expr: quantile(q, 'source', DURATION),
      legend: `{{source}} ${q * 100} %`,
    })),
  },
  {
    title: 'Budget burnt',
    description:
      'How many times faster than promised the budget of failed and late lookups burns, over an hour. 1 is just bearable; above 14.4 somebody is woken.',
    unit: 'none',
    alerts: ['IdpmapErrorBudgetBurnFast'],
    queries: [
      ['failed', 'failed'],
      ['late', 'late'],
    ].map(([name, legend = '']) => ({
      expr: `sum (idpmap:lookups_${name}:increase1h{job=~"$job", namespace=~"$namespace"}) / sum (idpmap:lookups:increase1h{job=~"$job", namespace=~"$namespace"}) / 0.001`,
      legend,
    })),
  },
];

/** Is mail refused, delayed, why and since when. */
export const OVERVIEW: Page = {
  title: 'Overview',
  uid: 'idpmap-overview',
  description: 'Is mail refused or delayed, why, since when, and which directory is it.',
  rows: [
    { title: 'Now', panels: numbers },
    { title: 'Answers', panels: answers },
    { title: 'Why', panels: causes },
    { title: 'How fast', panels: durations },
  ],
};
