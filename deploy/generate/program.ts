import type { Alert } from './alert.ts';
import { INSTANCE, seriesOf } from './alert.ts';

/** Every program has these metrics: idpmap's are those beside its own. */
const OURS = 'and on (job, instance) idpmap_build_info';
const AGO = 'last_over_time(idpmap_build_info[6h])';
const PRESENT = 'group by (namespace, job) (idpmap_build_info)';
const labels = INSTANCE;
const info = seriesOf('idpmap_build_info', { version: '1.0.0', node_version: 'v24.0.0' });
const of = seriesOf;
const other = { pod: 'idpmap-1', instance: '10.0.0.2:9101' };
/** Another program, which has troubles of its own. */
const stranger = { job: 'other', instance: '10.0.0.3:80' };
const MIB = 1024 * 1024;

/** Alerts on the processes themselves. */
export const PROGRAM_ALERTS: readonly Alert[] = [
  {
    name: 'IdpmapAbsent',
    severity: 'critical',
    for: '5m',
    expr: `(group by (namespace, job) (${AGO}) unless ${PRESENT})\nor\nabsent(${AGO})`,
    summary: 'Prometheus sees no idpmap {{ $labels.job }}',
    description:
      'None of its instances is scraped any longer, or none ever was: it does not run, or Prometheus does not find it. Without it Postfix delays all mail that it would ask about.',
    fires: {
      series: { [info]: '1x10 stale' },
      at: '20m',
      labels: { namespace: 'mail', job: 'idpmap' },
    },
    quiet: { series: { [info]: '1x30' }, at: '20m' },
  },
  {
    name: 'IdpmapInstanceDown',
    severity: 'warning',
    for: '5m',
    expr: `up == 0\nand on (job, instance) ${AGO}`,
    summary: 'idpmap {{ $labels.instance }} cannot be scraped',
    description:
      'Prometheus knows this instance and gets no metrics of it: it has ended, hangs, or refuses the request (`http.token`, `http.hosts`).',
    fires: { series: { [info]: '1x10 stale', [of('up')]: '1x10 0x30' }, at: '20m', labels },
    quiet: { series: { [of('up', { job: 'other' })]: '0x40', [info]: '1x40' }, at: '20m' },
  },
  {
    name: 'IdpmapRestarting',
    severity: 'warning',
    for: '0m',
    expr: `changes(process_start_time_seconds[1h]) > 3\nand on (job, instance) ${AGO}`,
    summary: 'idpmap {{ $labels.instance }} starts again and again',
    description:
      'Each time connections are refused and what it remembered is lost, unless `cache.file` is set. The end of its log, or the system’s, says why.',
    fires: {
      series: { [of('process_start_time_seconds')]: '0+60x20', [info]: '1x20' },
      at: '15m',
      labels,
    },
    quiet: {
      series: {
        [of('process_start_time_seconds')]: '0x10 600x10',
        [of('process_start_time_seconds', stranger)]: '0+60x20',
        [info]: '1x20',
      },
      at: '15m',
    },
  },
  {
    name: 'IdpmapEventLoopLag',
    severity: 'warning',
    for: '10m',
    expr: `avg_over_time(nodejs_eventloop_lag_p99_seconds[5m]) > 0.05\n${OURS}`,
    summary: 'idpmap {{ $labels.instance }} is short of CPU',
    description:
      'Its event loop is more than 50 ms late, and so is every answer. The process is throttled, its machine is busy, or it has more to do than one process can.',
    fires: {
      series: { [of('nodejs_eventloop_lag_p99_seconds')]: '0.08x30', [info]: '1x30' },
      at: '20m',
      labels,
    },
    quiet: {
      series: {
        [of('nodejs_eventloop_lag_p99_seconds')]: '0.012x10 0.2 0.012x20',
        [of('nodejs_eventloop_lag_p99_seconds', stranger)]: '0.08x30',
        [info]: '1x30',
      },
      at: '20m',
    },
  },
  {
    name: 'IdpmapMemoryNearLimit',
    severity: 'warning',
    for: '10m',
    expr: `process_resident_memory_bytes / on (namespace, job, pod, instance) idpmap_process_memory_limit_bytes > 0.9\nor\nnodejs_heap_size_used_bytes / nodejs_heap_size_limit_bytes > 0.9\n${OURS}`,
    summary: 'idpmap {{ $labels.instance }} uses {{ $value | humanizePercentage }} of its memory',
    description:
      'At its limit the process is killed. Raise the limit of the container or of the heap, or lower `cache.entries`.',
    fires: [
      {
        series: {
          [of('process_resident_memory_bytes')]: `${190 * MIB}x30`,
          [of('idpmap_process_memory_limit_bytes')]: `${200 * MIB}x30`,
          [info]: '1x30',
        },
        at: '20m',
        labels,
        value: '95%',
      },
      {
        series: {
          [of('nodejs_heap_size_used_bytes')]: '95x30',
          [of('nodejs_heap_size_limit_bytes')]: '100x30',
          [info]: '1x30',
        },
        at: '20m',
        labels,
        value: '95%',
      },
    ],
    quiet: {
      series: {
        [of('process_resident_memory_bytes')]: `${120 * MIB}x30`,
        [of('idpmap_process_memory_limit_bytes')]: `${200 * MIB}x30`,
        [of('nodejs_heap_size_used_bytes')]: `${60 * MIB}x30`,
        [of('nodejs_heap_size_limit_bytes')]: `${118 * MIB}x30`,
        [of('nodejs_heap_size_used_bytes', stranger)]: '9x30',
        [of('nodejs_heap_size_limit_bytes', stranger)]: '9x30',
        [info]: '1x30',
      },
      at: '20m',
    },
  },
  {
    name: 'IdpmapConnectionsRejected',
    severity: 'warning',
    for: '0m',
    expr: 'increase(idpmap_connections_rejected_total{reason=~"too-many.*|accept"}[10m]) > 0',
    summary: 'idpmap {{ $labels.instance }} turns connections away ({{ $labels.reason }})',
    description:
      'Postfix delays the mail that it wanted to ask about. `too-many`: raise `connections.max`. `too-many-of-peer`: raise `connections.perPeer`, if the peer is a proxy. `accept`: raise the limit of open files.',
    fires: {
      series: { [of('idpmap_connections_rejected_total', { reason: 'too-many' })]: '0x5 3x20' },
      at: '10m',
      labels: { ...labels, reason: 'too-many' },
    },
    quiet: {
      series: { [of('idpmap_connections_rejected_total', { reason: 'not-allowed' })]: '0+1x20' },
      at: '10m',
    },
  },
  {
    name: 'IdpmapLogLinesDropped',
    severity: 'warning',
    for: '0m',
    expr: 'increase(idpmap_log_lines_dropped_total[10m]) > 0',
    summary: 'idpmap {{ $labels.instance }} could not write lines of its log',
    description:
      'Mail goes on, and what happened meanwhile is told nowhere. The disk that the log is written to is full, or what reads it has stopped.',
    fires: {
      series: { [of('idpmap_log_lines_dropped_total')]: '0x5 3x20' },
      at: '10m',
      labels,
    },
    quiet: { series: { [of('idpmap_log_lines_dropped_total')]: '3x20' }, at: '10m' },
  },
  {
    name: 'IdpmapMemoryFull',
    severity: 'info',
    for: '1h',
    expr: 'idpmap_memory_entries{outcome="found"} / idpmap_memory_max_entries > 0.98',
    summary:
      'idpmap {{ $labels.instance }} remembers as many people, or keys of a table, of {{ $labels.directory }} as it may',
    description:
      'If the directory has more, an outage finds some of them forgotten. Raise `cache.entries.found`.',
    fires: {
      series: {
        [of('idpmap_memory_entries', { directory: 'staff', outcome: 'found' })]: '100000x80',
        [of('idpmap_memory_max_entries', { directory: 'staff', outcome: 'found' })]: '100000x80',
        // A table beside it has room.
        [of('idpmap_memory_entries', { directory: 'staff', table: 't', outcome: 'found' })]: '1x80',
        [of('idpmap_memory_max_entries', { directory: 'staff', table: 't', outcome: 'found' })]:
          '100000x80',
      },
      at: '70m',
      labels: { ...labels, directory: 'staff', outcome: 'found' },
    },
    quiet: {
      series: {
        [of('idpmap_memory_entries', { directory: 'staff', outcome: 'none' })]: '50000x80',
        [of('idpmap_memory_max_entries', { directory: 'staff', outcome: 'none' })]: '50000x80',
      },
      at: '70m',
    },
  },
];

/** Alerts on the configuration that the processes run. */
export const CONFIGURATION_ALERTS: readonly Alert[] = [
  {
    name: 'IdpmapConfigReloadFailed',
    severity: 'warning',
    for: '5m',
    expr: 'idpmap_config_last_reload_successful == 0',
    summary: 'idpmap {{ $labels.instance }} could not read its configuration',
    description:
      'The settings from before serve on, but a restart would fail. `idpmap config validate` says where the mistake is.',
    fires: { series: { [of('idpmap_config_last_reload_successful')]: '0x20' }, at: '10m', labels },
    quiet: { series: { [of('idpmap_config_last_reload_successful')]: '0 0 1x20' }, at: '10m' },
  },
  {
    name: 'IdpmapConfigDiffers',
    severity: 'warning',
    for: '15m',
    expr: 'max by (namespace, job) (idpmap_config_hash) != min by (namespace, job) (idpmap_config_hash)',
    summary: 'The instances of idpmap {{ $labels.job }} run different configurations',
    description:
      'They give different answers to the same question. One of them did not get the change, or could not read it.',
    fires: {
      series: { [of('idpmap_config_hash')]: '11x30', [of('idpmap_config_hash', other)]: '22x30' },
      at: '20m',
      labels: { namespace: 'mail', job: 'idpmap' },
    },
    quiet: {
      series: {
        [of('idpmap_config_hash')]: '11x5 22x30',
        [of('idpmap_config_hash', other)]: '22x35',
      },
      at: '20m',
    },
  },
];
