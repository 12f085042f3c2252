/** Who there is in a mail system of the tests: one of each kind, as a people file holds them. */
export const PEOPLE = {
  accounts: [
    { address: 'ann@example.org', aliases: ['a.smith@example.org'], logins: ['ann'] },
    { address: 'bob@example.org', logins: ['bob'] },
    { address: 'cleo@example.org', logins: ['cleo', 'cleo@example.org'] },
    { address: 'gone@example.org', aliases: ['g.one@example.org'], enabled: false },
    { address: 'mute@example.org', logins: [] },
    { address: "o'hara@example.org" },
    { address: 'jürgen@bücher.example', aliases: ['info@bücher.example'] },
    { address: 'dora@catch.example' },
  ],
  groups: [
    {
      address: 'team@example.org',
      members: ['ann@example.org', 'bob@example.org', 'gone@example.org'],
    },
    {
      address: 'all@example.org',
      members: ['team@example.org', 'a.smith@example.org', 'cleo@example.org'],
    },
  ],
  tables: { blacklist: { '192.0.2.7': 'REJECT go away', 'spam.example': 'REJECT' } },
};

/** What the store behind Postfix takes mail for, as it spells it: accounts and their extensions. */
export const MAILBOXES: readonly string[] = [
  'ann@example.org',
  'ann+news@example.org',
  'bob@example.org',
  'cleo@example.org',
  'mute@example.org',
  "o'hara@example.org",
  'jürgen@xn--bcher-kva.example',
  'dora@catch.example',
];

/** Passwords for the submission port. */
export const LOGINS = { ann: 'right', bob: 'right', cleo: 'right', mute: 'right' };

/** The domains that idpmap answers for. */
export const DOMAINS = {
  'example.org': {
    directory: 'people',
    roles: { postmaster: 'bob@example.org', abuse: 'cleo@example.org' },
  },
  'example.net': { aliasOf: 'example.org' },
  'bücher.example': { directory: 'people' },
  'catch.example': { directory: 'people', catchAll: 'cleo@example.org' },
};

/** The built-in maps and a table. */
export const MAPS = {
  'user-exists': { kind: 'mailboxes' },
  'virtual-domains': { kind: 'domains' },
  'virtual-aliases': { kind: 'aliases' },
  'sender-logins': { kind: 'senders' },
  'relay-recipients': { kind: 'recipients' },
  blacklist: { kind: 'table', directory: 'people', table: 'blacklist', keys: 'host' },
};
