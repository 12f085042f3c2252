import type { Alert } from './alert.ts';
import { countUp, INSTANCE, seriesOf } from './alert.ts';

const of = (name: string, more: Readonly<Record<string, string>> = {}) =>
  seriesOf(`idpmap_fleet_${name}`, more);
const second = (name: string) => of(name, { pod: 'idpmap-1', instance: '10.0.0.2:9101' });

const directory = 'staff';
const writes = { directory, outcome: 'refused' };

/** Alerts on what daemons know together. None of them is critical: without its fleet a daemon is what it is alone. */
export const FLEET_ALERTS: readonly Alert[] = [
  {
    name: 'IdpmapFleetDown',
    severity: 'warning',
    for: '10m',
    expr: 'idpmap_fleet_up == 0',
    summary: 'idpmap {{ $labels.instance }} has lost its fleet and goes on alone',
    description:
      'The engine does not answer it, or refuses it. No mail is delayed; directories are asked more, and a purge does not reach the others. The log and `idpmap check` say why.',
    fires: { series: { [of('up')]: '0x30' }, at: '15m', labels: INSTANCE },
    quiet: { series: { [of('up')]: '0 0 0 0 0 1x30' }, at: '15m' },
  },
  {
    name: 'IdpmapFleetRefused',
    severity: 'warning',
    for: '10m',
    expr: 'increase(idpmap_fleet_refused_total[10m]) > 0',
    summary: 'idpmap {{ $labels.instance }} finds what it does not believe in its fleet’s engine',
    description:
      'Again and again something lies there that no key of this fleet sealed, that is from the future, or of another version. None of it counts. Daemons with another `fleet.key` share the `fleet.name`, or somebody else writes there.',
    fires: {
      series: { [of('refused_total', { reason: 'seal' })]: countUp([0, 5], [2, 30]) },
      at: '25m',
      labels: { ...INSTANCE, reason: 'seal' },
    },
    quiet: {
      series: {
        // Once, as by a daemon that was started with a wrong key.
        [of('refused_total', { reason: 'seal' })]: countUp([0, 5], [3, 1], [0, 30]),
        [of('refused_total', { reason: 'clock' })]: '7x40',
      },
      at: '20m',
    },
  },
  {
    name: 'IdpmapFleetClock',
    severity: 'warning',
    for: '5m',
    expr: 'abs(idpmap_fleet_clock_difference_seconds) > 5',
    summary: 'The clock of idpmap {{ $labels.instance }} and that of its fleet’s engine differ',
    description:
      'By more than 5 s, so it believes no *none* of other daemons and asks itself for each. Let this host and the engine’s keep time (chrony, systemd-timesyncd).',
    fires: [
      { series: { [of('clock_difference_seconds')]: '8x20' }, at: '10m', labels: INSTANCE },
      { series: { [of('clock_difference_seconds')]: '-3600x20' }, at: '10m', labels: INSTANCE },
    ],
    quiet: { series: { [of('clock_difference_seconds')]: '-60 4 -4x20' }, at: '10m' },
  },
  {
    name: 'IdpmapFleetSplit',
    severity: 'info',
    for: '15m',
    expr: 'max by (job, namespace) (idpmap_fleet_members)\n<\ncount by (job, namespace) (idpmap_fleet_up == 1)',
    summary: 'Not all idpmaps of {{ $labels.job }} are in one fleet',
    description:
      'More of them have a fleet that is up than any of them sees: they name different engines, `fleet.name`s or keys. Each part asks the directory as if it were all, and a purge stays within it. `idpmap fleet status` lists whom a daemon sees.',
    fires: {
      series: {
        [of('up')]: '1x30',
        [second('up')]: '1x30',
        [of('members')]: '1x30',
        [second('members')]: '1x30',
      },
      at: '20m',
      labels: { job: INSTANCE.job, namespace: INSTANCE.namespace },
    },
    quiet: {
      series: {
        [of('up')]: '1x30',
        [second('up')]: '1x30',
        // Just started, it sees itself only; the third is of another job.
        [of('members')]: '3x30',
        [second('members')]: '1x30',
      },
      at: '20m',
    },
  },
  {
    name: 'IdpmapFleetFull',
    severity: 'info',
    for: '10m',
    expr: 'increase(idpmap_fleet_writes_total{outcome="refused"}[10m]) > 0\nand on (job, instance)\nidpmap_fleet_up == 1',
    summary: 'The fleet’s engine does not take what idpmap {{ $labels.instance }} lays down',
    description:
      'It is up, and refuses answers of {{ $labels.directory }}: its memory is full. What lies there is read on, the rest is asked of the directory. Raise its `maxmemory`, and set `maxmemory-policy volatile-lru`.',
    fires: {
      series: { [of('writes_total', writes)]: countUp([0, 5], [4, 30]), [of('up')]: '1x40' },
      at: '25m',
      labels: { ...INSTANCE, ...writes },
    },
    quiet: {
      series: {
        [of('writes_total', writes)]: countUp([0, 5], [4, 2], [0, 30]),
        [of('writes_total', { directory, outcome: 'taken' })]: countUp([9, 40]),
        [of('up')]: '1x40',
      },
      at: '20m',
    },
  },
];
