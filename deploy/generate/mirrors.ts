import type { Alert } from './alert.ts';
import { INSTANCE, seriesOf } from './alert.ts';

const directory = 'staff';
const labels = { ...INSTANCE, directory };
const of = (name: string) => seriesOf(`idpmap_mirror_${name}`, { directory });

const DAY = 24 * 60 * 60;

/** Alerts on the copies of directories. */
export const MIRROR_ALERTS: readonly Alert[] = [
  {
    name: 'IdpmapMirrorHeld',
    severity: 'critical',
    for: '5m',
    expr: 'idpmap_mirror_held == 1',
    summary: 'Many people vanished from {{ $labels.directory }} and still receive mail',
    description:
      'More than `mirror.guard` of its people were removed, disabled or hidden: idpmap {{ $labels.instance }} goes on as if they were there. If they were removed: `idpmap accept {{ $labels.directory }}`; else mend the directory.',
    fires: { series: { [of('held')]: '1x20' }, at: '10m', labels },
    quiet: { series: { [of('held')]: '1 1 0x20', [of('lost')]: '3x20' }, at: '10m' },
  },
  {
    name: 'IdpmapMirrorBehind',
    severity: 'warning',
    for: '10m',
    expr: 'idpmap_mirror_in_step == 0\nand\nidpmap_mirror_age_seconds',
    summary: 'The mirror of {{ $labels.directory }} is behind',
    description:
      'idpmap {{ $labels.instance }} does not learn any more what changes in it, and asks it for each address as without a mirror. While it fails, the mirror stands in. `idpmap mirror status` says why.',
    fires: {
      series: { [of('in_step')]: '0x30', [of('age_seconds')]: '60+60x30' },
      at: '15m',
      labels,
    },
    quiet: {
      series: { [of('in_step')]: '0 0 0 0 1x30', [of('age_seconds')]: '60 120 180 240 2x30' },
      at: '15m',
    },
  },
  {
    name: 'IdpmapMirrorEnding',
    severity: 'critical',
    for: '5m',
    expr: 'idpmap_mirror_age_seconds > 0.75 * idpmap_mirror_accept_seconds',
    summary: 'The mirror of {{ $labels.directory }} is nearly too old to be believed',
    description:
      'It has learnt nothing for three quarters of `mirror.acceptFor`. When that is over, mail is deferred for everybody whom {{ $labels.directory }} can’t be asked for. Bring the directory back, or set `acceptFor` higher: a reload suffices.',
    fires: {
      series: { [of('age_seconds')]: `${6 * DAY}+60x20`, [of('accept_seconds')]: `${7 * DAY}x20` },
      at: '10m',
      labels,
    },
    quiet: {
      series: { [of('age_seconds')]: `${5 * DAY}+60x20`, [of('accept_seconds')]: `${7 * DAY}x20` },
      at: '10m',
    },
  },
  {
    name: 'IdpmapMirrorNeverListed',
    severity: 'warning',
    for: '1h',
    expr: 'idpmap_mirror_in_step == 0\nunless\nidpmap_mirror_age_seconds',
    summary: 'The mirror of {{ $labels.directory }} has not got everybody yet',
    description:
      'For an hour idpmap {{ $labels.instance }} has not managed to list all people: it is asked for each address, and nobody stands in while it fails. `idpmap mirror status` says why: a size limit, a right, a listing that ends early.',
    fires: { series: { [of('in_step')]: '0x90' }, at: '70m', labels },
    quiet: {
      series: { [of('in_step')]: '0x90', [of('age_seconds')]: '_x50 60x40' },
      at: '70m',
    },
  },
];
