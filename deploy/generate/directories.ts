import type { Alert } from './alert.ts';
import { INSTANCE, seriesOf } from './alert.ts';

const directory = 'staff';
const labels = { ...INSTANCE, directory };
const of = (name: string, more: Readonly<Record<string, string>> = {}) =>
  seriesOf(`idpmap_directory_${name}`, { directory, ...more });

const WHERE = '{{ $labels.directory }} at idpmap {{ $labels.instance }}';
const STALE =
  'sum without (outcome) (increase(idpmap_directory_lookups_total{outcome="stale"}[10m]))';
const AGE =
  '(time() - (idpmap_directory_last_answer_timestamp_seconds > 0)) / on (namespace, job, pod, instance) group_left () idpmap_config_stale_seconds';

/** Alerts on directories that fail. */
export const DIRECTORY_ALERTS: readonly Alert[] = [
  {
    name: 'IdpmapDirectoryDown',
    severity: 'warning',
    for: '5m',
    // One failed question at night leaves the directory down until the next one.
    expr: [
      'idpmap_directory_up == 0',
      'and (',
      '  idpmap_directory_circuit_open == 1',
      '  or sum without (outcome) (increase(idpmap_directory_questions_total{outcome="unknown"}[15m])) >= 3',
      ')',
    ].join('\n'),
    summary: '{{ $labels.directory }} does not answer idpmap {{ $labels.instance }}',
    description:
      'People who are remembered are answered from memory, mail for everybody else is delayed. The log has the words of the directory.',
    fires: [
      {
        series: { [of('up')]: '0x20', [of('questions_total', { outcome: 'unknown' })]: '0+1x20' },
        at: '15m',
        labels,
      },
      { series: { [of('up')]: '0x20', [of('circuit_open')]: '1x20' }, at: '15m', labels },
    ],
    quiet: [
      {
        series: {
          [of('up')]: '0x60',
          [of('circuit_open')]: '0x60',
          [of('questions_total', { outcome: 'unknown' })]: '0x5 1x55',
          [of('questions_total', { outcome: 'found' })]: '0+9x60',
        },
        at: '15m',
      },
      {
        series: { [of('up')]: '1x20', [of('questions_total', { outcome: 'unknown' })]: '0+1x20' },
        at: '15m',
      },
    ],
  },
  {
    name: 'IdpmapCircuitOpen',
    severity: 'warning',
    for: '2m',
    expr: 'idpmap_directory_circuit_open == 1',
    summary: `The circuit of ${WHERE} is open`,
    description:
      'More than half of its questions failed, so it is only probed, each second. The first probe that succeeds closes the circuit.',
    fires: { series: { [of('circuit_open')]: '1x10' }, at: '5m', labels },
    quiet: { series: { [of('circuit_open')]: '0 1 0 0 1 0x10' }, at: '5m' },
  },
  {
    name: 'IdpmapDirectoryUnsteady',
    severity: 'warning',
    for: '0m',
    expr: 'increase(idpmap_directory_circuit_openings_total[1h]) > 3',
    summary: `The circuit of ${WHERE} opens again and again`,
    description:
      'The directory, or the way to it, fails for moments at a time. Mail is delayed in each of them.',
    fires: { series: { [of('circuit_openings_total')]: '0+1x10' }, at: '8m', labels },
    quiet: { series: { [of('circuit_openings_total')]: '0x5 1x60' }, at: '20m' },
  },
  {
    name: 'IdpmapServingStale',
    severity: 'warning',
    for: '10m',
    expr: `${STALE} >= 5`,
    summary: `Memory stands in for ${WHERE}`,
    description:
      'Known people are answered from memory because the directory fails. This ends with `cache.stale`, then their mail is delayed as well.',
    fires: {
      series: { [of('lookups_total', { outcome: 'stale' })]: '0+5x30' },
      at: '25m',
      labels,
    },
    // Somebody's entry is in doubt, once.
    quiet: {
      series: {
        [of('lookups_total', { outcome: 'stale' })]: '0x5 1x25',
        [of('lookups_total', { outcome: 'found' })]: '0+9x30',
      },
      at: '25m',
    },
  },
  {
    name: 'IdpmapStaleEnds',
    severity: 'critical',
    for: '5m',
    expr: `${AGE} > 0.8\nand\n${STALE} > 0`,
    summary: `Memory soon no longer stands in for ${WHERE}`,
    description:
      'The directory last answered so long ago that {{ $value | humanizePercentage }} of `cache.stale` are over. At 100 % mail for everybody is delayed. Mend the directory, or raise `cache.stale` and reload.',
    fires: {
      // An hour of staleness; the directory last answered in the minute before the first step.
      series: {
        [of('lookups_total', { outcome: 'stale' })]: '0+5x60',
        [of('last_answer_timestamp_seconds')]: '1x60',
        [seriesOf('idpmap_config_stale_seconds')]: '3600x60',
      },
      at: '55m',
      labels,
      value: '91.64%',
    },
    quiet: [
      {
        series: {
          [of('lookups_total', { outcome: 'stale' })]: '0+5x60',
          [of('last_answer_timestamp_seconds')]: '1x60',
          [seriesOf('idpmap_config_stale_seconds')]: '86400x60',
        },
        at: '55m',
      },
      // Memory answers, and nobody else was asked for.
      {
        series: {
          [of('lookups_total', { outcome: 'found' })]: '0+5x60',
          [of('last_answer_timestamp_seconds')]: '1x60',
          [seriesOf('idpmap_config_stale_seconds')]: '3600x60',
        },
        at: '55m',
      },
    ],
  },
  {
    name: 'IdpmapOverload',
    severity: 'warning',
    for: '5m',
    expr: 'sum without (cause) (increase(idpmap_directory_faults_total{cause="overload"}[5m])) > 0',
    summary: `More questions than are allowed wait for ${WHERE}`,
    description:
      'Some wait in vain and are answered TEMP. Raise `limit` if the directory bears it; if it is slow, see why.',
    fires: {
      series: { [of('faults_total', { cause: 'overload' })]: '0+3x20' },
      at: '15m',
      labels,
    },
    quiet: {
      series: {
        [of('faults_total', { cause: 'overload' })]: '0 0 4x20',
        [of('faults_total', { cause: 'timeout' })]: '0+3x20',
      },
      at: '15m',
    },
  },
];
