import { DOMAINS, LEAST, MAPS, PEOPLE, type Row } from './row.ts';

/** Words, texts and addresses. */
export const WORDS: readonly Row[] = [
  [`${LEAST}log: { level: «wran» }`, 'warn', 'did you mean "warn"?'],
  [`${LEAST}log: { level: «INFO» }`, 'info'],
  [`${LEAST}log: { level: «warning» }`, 'warn'],
  [`${LEAST}disabled: «refuse»`, 'reject'],
  [`${LEAST}disabled: «keep»`, 'accept', 'known are reject, accept, defer'],
  [`${LEAST}groupSenders: «member»`, 'members'],
  [`${LEAST}groupSenders: «false»`, 'none'],
  [`${LEAST}propagateExtension: «yes»`, 'true'],
  [`${LEAST}propagateExtension: «"off"»`, 'false'],
  [`${LEAST}propagateExtension: «0»`, 'false'],
  [`${LEAST}recipientDelimiter: «off»`, '""'],
  [`${LEAST}recipientDelimiter: «["+", "-"]»`, '+-'],
  [`${LEAST}recipientDelimiter: «"+, -"»`, '+-'],
  [`${LEAST}recipientDelimiter: «"@"»`, '"+"'],
  [
    `${PEOPLE}domains: { example.org: { directory: people, roles: { abuse: «ann» } } }`,
    'ann@example.org',
  ],
  [
    `${PEOPLE}domains: { example.org: { directory: people, catchAll: «"Ann <ann@example.org>"» } }`,
    'ann@example.org',
  ],
  [
    `${PEOPLE}domains: { example.org: { directory: people, catchAll: «mailto:ann@example.org» } }`,
    'ann@example.org',
  ],
  [
    `${PEOPLE}domains: { example.org: { directory: people, catchAll: «[ann@example.org]» } }`,
    'ann@example.org',
  ],
  [
    `${PEOPLE}domains: { example.org: { directory: people, roles: { «abuse@example.org»: ann@example.org } } }`,
    'abuse',
  ],
  [`${PEOPLE}domains: { «https://example.org/»: { directory: people } }`, 'example.org'],
  [`${PEOPLE}domains: { «"@example.org"»: { directory: people } }`, 'example.org'],
  [`${MAPS}, result: «"100% %s"» }`, '100%% %s'],
  [`${LEAST}maps: { u: { kind: mailboxes, result: «"%d/%n/"» } }`, '"%d/%u/"'],
  [`${LEAST}maps: { u: { kind: mailboxes, result: «"{username}"» } }`, '"{login}"'],
  [`${LEAST}maps: { u: { kind: mailboxes, result: «"%S"» } }`, '"%s"', 'write "%s"'],
  [`${MAPS}, keys: «addresses» }`, 'address'],
  [`${LEAST}maps: { user-exists: { kind: «mailbox» } }`, 'mailboxes'],
  [`${LEAST}maps: { «user exists»: { kind: mailboxes } }`, 'user-exists'],
  [
    `${LEAST}maps: { s: { kind: senders, candidates: «"exact, extension"» } }`,
    '[ exact, extension ]',
  ],
  [
    `${DOMAINS}directories: { people: { type: «ladp», base: "dc=x", urls: ldaps://l, bind: { anonymous: true } } }`,
    'ldap',
    'did you mean "ldap"?',
  ],
  [
    `${DOMAINS}directories: { people: { type: «openldap», base: "dc=x", urls: ldaps://l, bind: { anonymous: true } } }`,
    'ldap',
  ],
];
