import type { Alert } from './alert.ts';
import { INSTANCE, seriesOf } from './alert.ts';

const directory = 'staff';
const labels = { ...INSTANCE, directory };
const of = (name: string, more: Readonly<Record<string, string>> = {}) =>
  seriesOf(`idpmap_directory_${name}`, { directory, ...more });

const EXPIRY = 'idpmap_directory_credential_expiry_timestamp_seconds';
const CERTIFICATE = '[cC]ert.*|[tT]ls.*';
const DAY = 24 * 60 * 60;

/** What is left of a credential’s life, where that is less than `days`. A token renews itself. */
const expiring = (credential: string, days: number): string =>
  `${EXPIRY}{${credential}} - time() < ${days} * ${DAY}`;
const expires = (credential: string, inSeconds: number) => ({
  [of('credential_expiry_timestamp_seconds', { credential })]: `${inSeconds}x90`,
});

/** Alerts on what directories hold, and on what they are reached with. */
export const CONTENT_ALERTS: readonly Alert[] = [
  {
    name: 'IdpmapHeld',
    severity: 'warning',
    for: '5m',
    expr: 'idpmap_directory_domains_held == 1\nor\nidpmap_directory_figure{figure="held"} == 1',
    summary: 'idpmap {{ $labels.instance }} holds back what {{ $labels.directory }} says',
    description:
      'A list, a file, or who is known has lost too much at once to be believed; what was there serves on. If it is right: `idpmap accept {{ $labels.directory }}`; else mend the directory.',
    fires: [
      { series: { [of('domains_held')]: '1x20' }, at: '10m', labels },
      {
        series: { [of('figure', { figure: 'held' })]: '1x20' },
        at: '10m',
        labels: { ...labels, figure: 'held' },
      },
    ],
    quiet: {
      series: {
        [of('domains_held')]: '0x20',
        [of('figure', { figure: 'held' })]: '1 1 0x20',
        [of('figure', { figure: 'accounts' })]: '1x20',
      },
      at: '10m',
    },
  },
  {
    name: 'IdpmapUnread',
    severity: 'warning',
    for: '2m',
    expr: 'idpmap_directory_figure{figure="unread"} == 1',
    summary: 'idpmap {{ $labels.instance }} can’t read what {{ $labels.directory }} holds now',
    description:
      'Its file is broken, gone or unreadable, the log says where and why. Known people are served from the last good content, mail for everybody else is delayed. Mend the file: it is tried again each second.',
    fires: {
      series: { [of('figure', { figure: 'unread' })]: '1x20' },
      at: '5m',
      labels: { ...labels, figure: 'unread' },
    },
    quiet: {
      series: {
        [of('figure', { figure: 'unread' })]: '1 0x20',
        [of('figure', { figure: 'held' })]: '1x20',
      },
      at: '5m',
    },
  },
  {
    name: 'IdpmapDomainsUnknown',
    severity: 'critical',
    for: '5m',
    expr: 'idpmap_directory_domains == 0',
    summary: '{{ $labels.directory }} has not told idpmap {{ $labels.instance }} its domains',
    description:
      'Mail for domains that only this directory knows is delayed until it lists them for the first time since the start.',
    fires: { series: { [of('domains')]: '0x20' }, at: '10m', labels },
    quiet: { series: { [of('domains')]: '0 0 12x20' }, at: '10m' },
  },
  {
    name: 'IdpmapFlips',
    severity: 'warning',
    for: '0m',
    expr: 'increase(idpmap_directory_disbelieved_total[15m]) > 0',
    summary:
      'idpmap {{ $labels.instance }} does not believe that {{ $labels.directory }} lost known addresses',
    description:
      'It said nobody of people who are known, and something else when it was asked again, or said so of too many at once. Its replicas differ, or it lost rights or data. If the people were removed: `idpmap cache purge --directory {{ $labels.directory }}`.',
    fires: { series: { [of('disbelieved_total')]: '0x5 4x20' }, at: '10m', labels },
    quiet: { series: { [of('disbelieved_total')]: '4x40' }, at: '30m' },
  },
  {
    name: 'IdpmapManyGone',
    severity: 'warning',
    for: '0m',
    expr: 'increase(idpmap_directory_asked_anew_total[1h]) - increase(idpmap_directory_disbelieved_total[1h]) >= 20',
    summary: 'Many known addresses of {{ $labels.directory }} are gone',
    description:
      'idpmap {{ $labels.instance }} asked for each of them twice and believes it: their mail is refused. If nobody has removed so many people, the directory has lost its view of them.',
    fires: {
      series: { [of('asked_anew_total')]: '0+1x60', [of('disbelieved_total')]: '0x60' },
      at: '30m',
      labels,
    },
    quiet: {
      series: { [of('asked_anew_total')]: '0x10 3x50', [of('disbelieved_total')]: '0x60' },
      at: '30m',
    },
  },
  {
    name: 'IdpmapCredentialExpires',
    severity: 'warning',
    for: '1h',
    expr: expiring(`credential!~"token|${CERTIFICATE}"`, 14),
    summary: 'The {{ $labels.credential }} for {{ $labels.directory }} expires soon',
    description:
      'It is less than 14 days until the directory refuses idpmap {{ $labels.instance }}; then mail is delayed. Renew it: a changed secret file is picked up without a restart.',
    fires: {
      series: expires('secret', 10 * DAY),
      at: '70m',
      labels: { ...labels, credential: 'secret' },
    },
    quiet: { series: { ...expires('secret', 20 * DAY), ...expires('token', 60) }, at: '70m' },
  },
  {
    name: 'IdpmapCertificateExpires',
    severity: 'warning',
    for: '1h',
    expr: expiring(`credential=~"${CERTIFICATE}"`, 14),
    summary: 'The {{ $labels.credential }} of {{ $labels.directory }} expires soon',
    description:
      'It is less than 14 days until idpmap {{ $labels.instance }} and the directory no longer trust each other; then mail is delayed. Renew the certificate.',
    fires: {
      series: expires('certificate', 10 * DAY),
      at: '70m',
      labels: { ...labels, credential: 'certificate' },
    },
    quiet: {
      series: { ...expires('certificate', 20 * DAY), ...expires('secret', DAY) },
      at: '70m',
    },
  },
  {
    name: 'IdpmapExpiresNow',
    severity: 'critical',
    for: '5m',
    expr: expiring('credential!="token"', 3),
    summary: 'The {{ $labels.credential }} of {{ $labels.directory }} expires within three days',
    description:
      'Then the directory and idpmap {{ $labels.instance }} no longer speak to each other: strangers’ mail is delayed at once, known people’s when `cache.stale` is over.',
    fires: {
      series: expires('certificate', 2 * DAY),
      at: '10m',
      labels: { ...labels, credential: 'certificate' },
    },
    quiet: { series: { ...expires('secret', 4 * DAY), ...expires('token', 60) }, at: '10m' },
  },
];
