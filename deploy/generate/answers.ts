import { type Alert, countUp, INSTANCE, type Recording, seriesOf } from './alert.ts';

const ofStatus = (status: string) =>
  `sum by (namespace, job, map) (increase(idpmap_lookups_total{status="${status}"}[30m]))`;

/** What each map has answered in half an hour, kept for the days that follow to compare with. */
export const ANSWER_RECORDINGS: readonly Recording[] = [
  { record: 'idpmap:lookups_ok:increase30m', expr: ofStatus('OK') },
  { record: 'idpmap:lookups_notfound:increase30m', expr: ofStatus('NOTFOUND') },
  {
    record: 'idpmap:lookups_notfound:share30m',
    expr: 'idpmap:lookups_notfound:increase30m / (idpmap:lookups_notfound:increase30m + idpmap:lookups_ok:increase30m)',
  },
];

const SHARE = 'idpmap:lookups_notfound:share30m';
const map = 'user-exists';
const ok = seriesOf('idpmap_lookups_total', { map, status: 'OK' });
const notFound = seriesOf('idpmap_lookups_total', { map, status: 'NOTFOUND' });
const strange = seriesOf('idpmap_lookups_total', { map: '<unknown>', status: 'PERM' });
const refused = seriesOf('idpmap_replies_refused_total', { reason: 'size' });
const bugs = seriesOf('idpmap_directory_bugs_total', { directory: 'staff' });

/** Quarters of an hour. */
const DAY = 96;
const SURGE = 8;

/** Found and not found addresses a quarter of an hour, for so many of them; asked for at the end. */
const answered = (...phases: readonly (readonly [steps: number, ok: number, none: number])[]) => ({
  step: '15m' as const,
  series: {
    [ok]: countUp(...phases.map(([steps, found]) => [found, steps] as const)),
    [notFound]: countUp(...phases.map(([steps, , none]) => [none, steps] as const)),
  },
  at: `${phases.reduce((sum, [steps]) => sum + steps, -1) * 15}m`,
});

/** Alerts on what Postfix is answered. */
export const ANSWER_ALERTS: readonly Alert[] = [
  {
    name: 'IdpmapNotFoundSurge',
    severity: 'critical',
    for: '5m',
    // More strangers alone are an attack on the server. Here the known ones are missing as well, and neither yesterday
    // nor a week ago was like this. Nothing is said until yesterday is known.
    expr: [
      `${SHARE} - ${SHARE} offset 1d > 0.2`,
      `unless ${SHARE} - ${SHARE} offset 1w <= 0.2`,
      'and idpmap:lookups_ok:increase30m < 0.75 * idpmap:lookups_ok:increase30m offset 1d',
      'and idpmap:lookups_notfound:increase30m >= 20',
    ].join('\n'),
    summary: 'idpmap {{ $labels.job }} refuses far more mail than yesterday in {{ $labels.map }}',
    description:
      'The share of NOTFOUND is {{ $value | humanizePercentage }} above that of the same hour yesterday, and fewer addresses are found. NOTFOUND bounces mail for good. If people have vanished from the directory, stop Postfix from asking before you look further.',
    fires: {
      ...answered([DAY, 90, 10], [SURGE, 40, 60]),
      labels: { namespace: 'mail', job: 'idpmap', map },
      value: '50%',
    },
    quiet: [
      // A dictionary attack: as many are found as ever.
      answered([DAY, 90, 10], [SURGE, 90, 900]),
      // It was so a week ago.
      answered([DAY, 90, 10], [SURGE, 40, 60], [7 * DAY - SURGE, 90, 10], [SURGE, 40, 60]),
      // A server with little mail.
      answered([DAY, 9, 1], [SURGE, 4, 6]),
    ],
  },
  {
    name: 'IdpmapUnknownMap',
    severity: 'warning',
    for: '0m',
    expr: 'increase(idpmap_lookups_total{map="<unknown>"}[15m]) > 0',
    summary: 'idpmap {{ $labels.instance }} is asked for a map that is not configured',
    description:
      'Such a lookup is answered PERM: Postfix cannot use the map, and its mail waits or is refused. Compare main.cf with what `idpmap postfix` prints.',
    fires: {
      series: { [strange]: '0x10 1x10' },
      at: '15m',
      labels: { ...INSTANCE, map: '<unknown>', status: 'PERM' },
    },
    quiet: { series: { [strange]: '4x60', [ok]: '0+9x60' }, at: '30m' },
  },
  {
    name: 'IdpmapReplyRefused',
    severity: 'warning',
    for: '0m',
    expr: 'increase(idpmap_replies_refused_total[30m]) > 0',
    summary:
      'idpmap {{ $labels.instance }} has an answer that cannot be sent ({{ $labels.reason }})',
    description:
      'Postfix got TEMP instead, and will for this address until the entry is mended; then the mail bounces. The log says which it is.',
    fires: {
      series: { [refused]: '0x10 1x10' },
      at: '15m',
      labels: { ...INSTANCE, reason: 'size' },
    },
    quiet: { series: { [refused]: '4x90' }, at: '60m' },
  },
  {
    name: 'IdpmapBug',
    severity: 'warning',
    for: '0m',
    expr: 'increase(idpmap_bugs_total[1h]) > 0\nor\nincrease(idpmap_directory_bugs_total[1h]) > 0\nor\nincrease(idpmap_deadline_exceeded_total[1h]) > 5',
    summary: 'idpmap {{ $labels.instance }} failed at a lookup by a fault of its own',
    description:
      'The lookup was answered TEMP, so that its mail is delayed. The log has the stack: please report it.',
    fires: [
      {
        series: { [bugs]: '0x10 1x10' },
        at: '15m',
        labels: { ...INSTANCE, directory: 'staff' },
      },
      ...['idpmap_bugs_total', 'idpmap_deadline_exceeded_total'].map((name) => ({
        series: { [seriesOf(name)]: '0x10 9x10' },
        at: '15m',
        labels: INSTANCE,
      })),
    ],
    quiet: {
      series: { [bugs]: '4x90', [seriesOf('idpmap_deadline_exceeded_total')]: '0x60 1x30' },
      at: '90m',
    },
  },
];
