import type { Page } from './dashboard.ts';
import { FLEET } from './fleetpanels.ts';
import { MIRRORS } from './mirrorpanels.ts';
import { type Panel, pick, quantile, rate } from './panel.ts';
import { SHADOWS } from './shadowpanels.ts';

/** A panel with one curve for each directory, and for each value of `by`. */
interface Each {
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  readonly expr: string;
  readonly by?: string;
  readonly alerts?: readonly string[];
}

const each = ({ expr, by, ...rest }: Each): Panel => ({
  ...rest,
  queries: [{ expr, legend: by === undefined ? '{{directory}}' : `{{directory}} {{${by}}}` }],
});
const D = 'idpmap_directory_';
const rateOf = (name: string, by?: string): string =>
  `sum by (${by === undefined ? 'directory' : `directory, ${by}`}) (${rate(`${D}${name}`)})`;
const sumOf = (name: string): string => `sum by (directory) (${pick(`${D}${name}`)})`;
const minOf = (name: string): string => `min by (directory) (${pick(`${D}${name}`)})`;
const maxOf = (name: string): string => `max by (directory) (${pick(`${D}${name}`)})`;

const state: readonly Panel[] = [
  each({
    title: 'Up',
    description: '0 where the directory fails for at least one instance.',
    unit: 'bool',
    alerts: ['IdpmapDirectoryDown'],
    expr: minOf('up'),
  }),
  each({
    title: 'Circuit open',
    description: '1 where at least one instance only probes the directory.',
    unit: 'bool_on_off',
    alerts: ['IdpmapCircuitOpen'],
    expr: maxOf('circuit_open'),
  }),
  each({
    title: 'Circuit openings',
    description: 'Openings of the circuit within an hour.',
    unit: 'short',
    alerts: ['IdpmapDirectoryUnsteady'],
    expr: `sum by (directory) (increase(${pick(`${D}circuit_openings_total`)}[1h]))`,
  }),
  each({
    title: 'Part of cache.stale that is over',
    description:
      'Age of the last answer as a part of the time for which memory may stand in. Grows as well while nobody is asked for.',
    unit: 'percentunit',
    alerts: ['IdpmapStaleEnds'],
    expr: `max by (directory) ((time() - (${pick(`${D}last_answer_timestamp_seconds`)} > 0)) / on (job, instance) group_left () ${pick('idpmap_config_stale_seconds')})`,
  }),
];

const lookups: readonly Panel[] = [
  each({
    title: 'Lookups by outcome',
    description:
      'Lookups a second, from memory or not. stale: memory stood in for a fault; unknown is answered TEMP.',
    unit: 'reqps',
    by: 'outcome',
    alerts: ['IdpmapServingStale'],
    expr: rateOf('lookups_total', 'outcome'),
  }),
  each({
    title: 'Faults by cause',
    description: 'Lookups a second that ended stale or unknown; the causes stand in mail.log too.',
    unit: 'reqps',
    by: 'cause',
    alerts: ['IdpmapOverload'],
    expr: rateOf('faults_total', 'cause'),
  }),
  each({
    title: 'Share answered from memory',
    description:
      'Lookups that memory answered at once. Low: memory is too small, or strangers are tried.',
    unit: 'percentunit',
    expr: `${rateOf('memory_hits_total')} / (${rateOf('lookups_total')} > 0)`,
  }),
  each({
    title: 'Keys remembered',
    description:
      'As a part of what may be remembered, of people or of the fullest table, in the fullest instance.',
    unit: 'percentunit',
    by: 'outcome',
    alerts: ['IdpmapMemoryFull'],
    expr: `max by (directory, outcome) (${pick('idpmap_memory_entries')} / ${pick('idpmap_memory_max_entries')})`,
  }),
];

const questions: readonly Panel[] = [
  each({
    title: 'Questions by outcome',
    description: 'Questions a second that reach the directory itself: its load.',
    unit: 'reqps',
    by: 'outcome',
    expr: rateOf('questions_total', 'outcome'),
  }),
  {
    title: 'Time of a question',
    description:
      'What the directory takes, failed questions among them. Above 0.1 s most of the deadline is gone; what ends at 2 s was given up.',
    unit: 's',
    alerts: ['IdpmapLatencyBudgetBurnSlow'],
    queries: [0.5, 0.99].map((q) => ({
      expr: quantile(q, 'directory', `${D}question_duration_seconds`),
      legend: `{{directory}} ${q * 100} %`,
    })),
  },
  {
    title: 'Under way and waiting',
    description:
      'Questions that are with the directory now, and questions that `limit` keeps waiting.',
    unit: 'short',
    alerts: ['IdpmapOverload'],
    queries: [
      { expr: sumOf('in_flight'), legend: '{{directory}} under way' },
      { expr: sumOf('waiting'), legend: '{{directory}} waiting' },
    ],
  },
  {
    title: 'Questions spared and ahead',
    description:
      'Lookups a second that joined another one’s question, and questions that refreshed memory before it aged.',
    unit: 'reqps',
    queries: [
      { expr: rateOf('joined_total'), legend: '{{directory}} joined' },
      { expr: rateOf('prefetched_total'), legend: '{{directory}} prefetched' },
    ],
  },
];

const contents: readonly Panel[] = [
  {
    title: 'Known addresses that turned into none',
    description:
      'Asked anew, and those whose none was not believed, within an hour. A leap: people were removed, or the directory lost its view of them.',
    unit: 'short',
    alerts: ['IdpmapFlips', 'IdpmapManyGone'],
    queries: ['asked_anew', 'disbelieved'].map((name) => ({
      expr: `sum by (directory) (increase(${pick(`${D}${name}_total`)}[1h]))`,
      legend: `{{directory}} ${name.replace('_', ' ')}`,
    })),
  },
  {
    title: 'Held back',
    description: '1 while a list that lost too much is not believed: of domains, or of people.',
    unit: 'bool_yes_no',
    alerts: ['IdpmapHeld'],
    queries: [
      { expr: maxOf('domains_held'), legend: '{{directory}} domains' },
      {
        expr: `max by (directory) (${pick(`${D}figure`, 'figure="held"')})`,
        legend: '{{directory}} people',
      },
    ],
  },
  {
    title: 'Newest content not known',
    description:
      '1 while a people file is broken, gone or unreadable: mail for those whom the last good content does not know is delayed.',
    unit: 'bool_yes_no',
    alerts: ['IdpmapUnread'],
    queries: [
      {
        expr: `max by (directory) (${pick(`${D}figure`, 'figure="unread"')})`,
        legend: '{{directory}}',
      },
    ],
  },
  each({
    title: 'Domains listed',
    description:
      'In the instance that knows fewest. 0: none was listed since the start, mail for them is delayed.',
    unit: 'short',
    alerts: ['IdpmapDomainsUnknown'],
    expr: minOf('domains'),
  }),
  {
    title: 'Values dropped, lists failed',
    description:
      'Addresses and logins that nobody can use, and times at which the domains were not listed, within an hour.',
    unit: 'short',
    queries: ['values_dropped', 'domains_failures'].map((name) => ({
      expr: `sum by (directory) (increase(${pick(`${D}${name}_total`)}[1h]))`,
      legend: `{{directory}} ${name.replace('_', ' ')}`,
    })),
  },
  each({
    title: 'Time until credentials expire',
    description: 'Of the first instance to lose it. A token renews itself.',
    unit: 's',
    by: 'credential',
    alerts: ['IdpmapExpiresNow', 'IdpmapCredentialExpires', 'IdpmapCertificateExpires'],
    expr: `min by (directory, credential) (${pick(`${D}credential_expiry_timestamp_seconds`)} - time())`,
  }),
  each({
    title: 'Figures of the directories’ own',
    description: 'What each type of directory counts besides.',
    unit: 'short',
    by: 'figure',
    expr: `max by (directory, figure) (${pick(`${D}figure`)})`,
  }),
];

/** How each directory fares. */
export const DIRECTORIES: Page = {
  title: 'Directories',
  uid: 'idpmap-directories',
  description: 'How each directory fares, how fast it is and what it holds.',
  rows: [
    { title: 'State', panels: state },
    { title: 'Lookups', panels: lookups },
    { title: 'Questions to the directory', panels: questions },
    { title: 'Contents', panels: contents },
    { title: 'Mirrors', panels: MIRRORS },
    { title: 'Fleet', panels: FLEET },
    { title: 'Shadows', panels: SHADOWS },
  ],
};
