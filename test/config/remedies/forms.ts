import { DOMAINS, LEAST, PEOPLE, type Row } from './row.ts';

/** Settings in the wrong place, by a wrong name, or of the wrong form. */
export const FORMS: readonly Row[] = [
  [`${PEOPLE}domains: { example.org: «people» }`, '{ directory: people }'],
  [
    `${PEOPLE}domains: { example.org: { directory: people }, example.net: «example.org» }`,
    '{ aliasOf: example.org }',
  ],
  [
    `${PEOPLE}domains: «[a.org, b.org]»`,
    '{ a.org: { directory: people }, b.org: { directory: people } }',
  ],
  [`${PEOPLE}domains: «example.org»`, '{ example.org: { directory: people } }'],
  [
    `${PEOPLE}domains: «[{ name: example.org, directory: people }]»`,
    '{ example.org: { directory: people } }',
  ],
  [
    `${PEOPLE}domains: «[{ example.org: { directory: people } }]»`,
    '{ example.org: { directory: people } }',
  ],
  [`${PEOPLE}domains: { example.org: «[people]» }`, '{ directory: [ people ] }'],
  [`${PEOPLE}domains: { example.org: «[directory: people]» }`, '{ directory: people }'],
  [`${PEOPLE}domains: { example.org: { «directory:people» } }`, 'directory: people'],
  [`${PEOPLE}domains:\n  example.org:\n    «directory:people»`, '{ directory: people }'],
  [`${PEOPLE}domains:\n«»example.org: { directory: people }`, '  ', 'indent it below domains'],
  [`${PEOPLE}domains:\n  example.org:\n  «»directory: people`, '  ', 'indent it below example.org'],
  [
    `${DOMAINS}directories:\n«»people: { type: file, path: people.yaml }`,
    '  ',
    'indent it below directories',
  ],
  [`${LEAST}log:\n«»level: debug`, '  ', 'indent it below log'],
  [`${LEAST}«level: debug»`, 'log: { level: debug }', 'it belongs below log'],
  [`${LEAST}«log.level: debug»`, 'log: { level: debug }'],
  [
    `${PEOPLE}domains:\n  example.org: { directory: people }\n«  deadline: 1s»`,
    'deadline: 1s',
    'it belongs to the top level',
  ],
  [
    `${DOMAINS}directories:\n  people:\n    type: file\n    path: x\n    groups:\n«      guard: 50%»`,
    '    guard: 50%',
    'it belongs below directories.people',
  ],
  [
    `${PEOPLE}domains: { example.org: { «directroy»: people } }`,
    'directory',
    'did you mean "directory"?',
  ],
  [
    `${PEOPLE}«domain»: { example.org: { directory: people } }`,
    'domains',
    'did you mean "domains"?',
  ],
  [
    `${LEAST}«recipient_delimiter»: "+"`,
    'recipientDelimiter',
    'did you mean "recipientDelimiter"?',
  ],
  [
    `${PEOPLE}domains: { example.org: { directory: «poeple» } }`,
    'people',
    'did you mean "people"?',
  ],
  [
    `domains: { example.org: { directory: «people staff» } }\ndirectories: { people: { type: file, path: a }, staff: { type: file, path: b } }`,
    '[ people, staff ]',
  ],
  [
    `${DOMAINS}directories: «[{ name: people, type: file, path: people.yaml }]»`,
    '{ people: { type: file, path: people.yaml } }',
    'write { people: { type: file, path:',
  ],
  [
    `domains: { example.org: { directory: «Staff» } }\ndirectories: { «Staff»: { type: file, path: people.yaml } }`,
    'staff',
  ],
  [`${DOMAINS}directories: { people: «file» }`, '{ type: file, path: /etc/idpmap/people.yaml }'],
  [
    `${DOMAINS}directories: { people: { type: file«» } }`,
    ', path: /etc/idpmap/people.yaml',
    'write path: /etc/idpmap/people.yaml',
  ],
  [`${LEAST}maps: { user-exists: «mailboxes» }`, '{ kind: mailboxes }'],
  [
    `${LEAST}maps: «[user-exists, virtual-aliases]»`,
    '{ user-exists: { kind: mailboxes }, virtual-aliases: { kind: aliases } }',
  ],
  [`${LEAST}log: «[level: debug]»`, '{ level: debug }'],
  [`${LEAST}log: { «level=debug» }`, 'level: debug'],
  [`${LEAST}log: «debug»`, '{ level: debug }'],
  [`${LEAST}deadline: 100ms\n«deadline: 200ms»`, '', 'keep one'],
  [`${DOMAINS}directories: { people: { type: file, path: «[people.yaml]» } }`, 'people.yaml'],
];
