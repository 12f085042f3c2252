import type { Page } from './dashboard.ts';
import { type Panel, pick, type Query, rate } from './panel.ts';

/** A curve for each instance; `what` tells it from the panel's others. */
const one = (name: string, what?: string): Query => ({
  expr: pick(name),
  legend: what === undefined ? '{{instance}}' : `{{instance}} ${what}`,
});
const rateBy = (label: string, name: string): Query => ({
  expr: `sum by (instance, ${label}) (${rate(name)})`,
  legend: `{{instance}} {{${label}}}`,
});

const machine: readonly Panel[] = [
  {
    title: 'CPU',
    description: 'Seconds of CPU a second. Near 1 is all that one process can use.',
    unit: 'none',
    alerts: ['IdpmapEventLoopLag'],
    queries: [{ expr: rate('process_cpu_seconds_total'), legend: '{{instance}}' }],
  },
  {
    title: 'Event loop lag',
    description: 'How late the event loop was; all answers are late by as much.',
    unit: 's',
    alerts: ['IdpmapEventLoopLag'],
    queries: ['p50', 'p99', 'max'].map((q) => one(`nodejs_eventloop_lag_${q}_seconds`, q)),
  },
  {
    title: 'Memory',
    description: 'What the process holds, and what it may hold.',
    unit: 'bytes',
    alerts: ['IdpmapMemoryNearLimit'],
    queries: [
      one('process_resident_memory_bytes', 'held'),
      one('idpmap_process_memory_limit_bytes', 'limit'),
    ],
  },
  {
    title: 'Heap',
    description: 'What objects take, what the heap takes, what it may take, and buffers outside.',
    unit: 'bytes',
    alerts: ['IdpmapMemoryNearLimit'],
    queries: [
      ...['used', 'total', 'limit'].map((what) => one(`nodejs_heap_size_${what}_bytes`, what)),
      one('nodejs_external_memory_bytes', 'outside'),
    ],
  },
  {
    title: 'File descriptors',
    description: 'Open ones as a part of those that may be open.',
    unit: 'percentunit',
    alerts: ['IdpmapConnectionsRejected'],
    queries: [
      { expr: `${pick('process_open_fds')} / ${pick('process_max_fds')}`, legend: '{{instance}}' },
    ],
  },
  {
    title: 'Time since the start',
    description: 'It falls to 0 with each start.',
    unit: 's',
    alerts: ['IdpmapRestarting'],
    queries: [{ expr: `time() - ${pick('process_start_time_seconds')}`, legend: '{{instance}}' }],
  },
];

const wire: readonly Panel[] = [
  {
    title: 'HTTP',
    description: 'A second: connections dropped to make room for others, and tokens refused.',
    unit: 'reqps',
    queries: [
      rateBy('reason', 'idpmap_http_tokens_refused_total'),
      rateBy('instance', 'idpmap_http_connections_dropped_total'),
    ],
  },
  {
    title: 'Connections',
    description: 'Open ones by the endpoint they came to. Each process of Postfix keeps one.',
    unit: 'short',
    alerts: ['IdpmapConnectionsRejected'],
    queries: [{ expr: pick('idpmap_connections_open'), legend: '{{instance}} {{listener}}' }],
  },
  {
    title: 'New connections and requests',
    description: 'A second. As many of both: connections do not last.',
    unit: 'reqps',
    queries: [
      rateBy('listener', 'idpmap_connections_total'),
      { expr: rate('idpmap_requests_total'), legend: '{{instance}} requests' },
    ],
  },
  {
    title: 'Connections rejected, protocol errors',
    description: 'A second, by reason. `idle` is harmless.',
    unit: 'cps',
    alerts: ['IdpmapConnectionsRejected'],
    queries: [
      rateBy('reason', 'idpmap_connections_rejected_total'),
      rateBy('reason', 'idpmap_protocol_errors_total'),
    ],
  },
  {
    title: 'Replies refused',
    description: 'Answers a second that could not be sent as they were and went out as TEMP.',
    unit: 'cps',
    alerts: ['IdpmapReplyRefused'],
    queries: [rateBy('reason', 'idpmap_replies_refused_total')],
  },
  {
    title: 'Lines of the log dropped',
    description: 'A second: what takes the log is full, or does not read. Mail goes on.',
    unit: 'cps',
    alerts: ['IdpmapLogLinesDropped'],
    queries: [{ expr: rate('idpmap_log_lines_dropped_total'), legend: '{{instance}}' }],
  },
  {
    title: 'Lookups under way',
    description: 'Lookups whose answer is waited for now.',
    unit: 'short',
    queries: [
      {
        expr: `sum by (instance, map) (${pick('idpmap_lookups_in_flight')})`,
        legend: '{{instance}} {{map}}',
      },
    ],
  },
  {
    title: 'Own faults',
    description:
      'Lookups a second that a fault of idpmap ended, and requests that no map had answered in time. Both should be 0.',
    unit: 'cps',
    alerts: ['IdpmapBug'],
    queries: [
      { expr: rate('idpmap_bugs_total'), legend: '{{instance}} bugs' },
      { expr: rate('idpmap_directory_bugs_total'), legend: '{{instance}} {{directory}} bugs' },
      { expr: rate('idpmap_deadline_exceeded_total'), legend: '{{instance}} overdue' },
    ],
  },
];

const configuration: readonly Panel[] = [
  {
    title: 'Age of the configuration',
    description:
      'Time since the settings that serve were taken. Older than your last change: it has not arrived.',
    unit: 's',
    alerts: ['IdpmapConfigReloadFailed'],
    queries: [
      {
        expr: `time() - ${pick('idpmap_config_last_reload_success_timestamp_seconds')}`,
        legend: '{{instance}}',
      },
    ],
  },
  {
    title: 'Reloads',
    description: 'Within an hour, by outcome.',
    unit: 'short',
    alerts: ['IdpmapConfigReloadFailed'],
    queries: [
      {
        expr: `sum by (instance, outcome) (increase(${pick('idpmap_config_reloads_total')}[1h]))`,
        legend: '{{instance}} {{outcome}}',
      },
    ],
  },
  {
    title: 'Different configurations',
    description:
      'How many of them the chosen instances run. More than 1 for long: one of them did not reload.',
    unit: 'short',
    alerts: ['IdpmapConfigDiffers'],
    queries: [
      {
        expr: `count (count_values ("hash", ${pick('idpmap_config_hash')}))`,
        legend: 'configurations',
      },
    ],
  },
  {
    title: 'Domains configured',
    description:
      'Domains that the configuration names. Fewer than you host: mail for the others is refused.',
    unit: 'short',
    queries: [one('idpmap_config_domains')],
  },
];

/** The processes, the wire and the configuration. */
export const RUNTIME: Page = {
  title: 'Runtime',
  uid: 'idpmap-runtime',
  description: 'The processes, their connections and their configuration.',
  rows: [
    { title: 'Process', panels: machine },
    { title: 'Connections and requests', panels: wire },
    { title: 'Configuration', panels: configuration },
  ],
};
