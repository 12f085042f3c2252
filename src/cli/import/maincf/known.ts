import type { KeyMode } from '../../../maps/keys.ts';
import { keysFor } from '../lines.ts';

/** Where Postfix takes no socketmap, and what is to be done there. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ...[
    'alias_maps',
    'alias_database',
    'mailbox_command_maps',
    'mailbox_transport_maps',
    'fallback_transport_maps',
    'virtual_uid_maps',
    'virtual_gid_maps',
  ].map((name): readonly [string, string] => [
    name,
    'Postfix takes no socketmap there ("not allowed for security-sensitive data")',
  ]),
  ...['smtp_sasl_password_maps', 'lmtp_sasl_password_maps'].map(
    (name): readonly [string, string] => [
      name,
      'it holds passwords, and whoever reaches a socketmap may ask it',
    ],
  ),
]);

/** Types of tables that are no server's, and why they stay. */
const STAYING: readonly (readonly [why: string, types: readonly string[]])[] = [
  [
    "a file of Postfix's own, which needs no server",
    ['hash', 'btree', 'lmdb', 'cdb', 'dbm', 'sdbm', 'texthash', 'fail'],
  ],
  ['patterns, which idpmap has not', ['regexp', 'pcre', 'cidr']],
  ['written out in main.cf', ['inline', 'static']],
  ['tables within a table, write them in a list', ['unionmap', 'pipemap', 'randmap']],
  ['what this machine knows', ['unix', 'environ', 'nis', 'nisplus', 'netinfo']],
  ["another server's", ['socketmap', 'tcp', 'memcache', 'unix-dgram']],
];

/** Why a table of this type stays where it is. */
export const whyStays = (type: string): string =>
  STAYING.find(([, types]) => types.includes(type))?.[0] ?? 'no type that is known here';

/** Why a parameter's tables stay; absent: they may be asked by a socketmap. */
export const whyRefused = (parameter: string): string | undefined => REFUSED.get(parameter);

/** Which keys are derived for a parameter of main.cf or a restriction; absent: it is unknown. */
export const keyModeOf = (parameter: string): KeyMode | undefined =>
  parameter === 'alias_maps' ? undefined : keysFor(parameter);

/** Whether its value is a list of restrictions, in which tables stand behind `check_…_access`. */
export const isRestrictions = (parameter: string, classes: ReadonlySet<string>): boolean =>
  /^smtpd_\w+_restrictions$/.test(parameter) || classes.has(parameter);
