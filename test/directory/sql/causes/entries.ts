import { NESTED, type Row } from './row.ts';

const ofEntry = { kind: 'entry', opens: false, key: 'evil@example.org' } as const;

const shows =
  (...rows: readonly object[]): NonNullable<Row['after']> =>
  (world) => {
    world.rows = [
      ...world.rows,
      ...rows.map((row) => ({ from: 'users', address: 'evil@example.org', ...row })),
    ];
  };

const group = (...members: readonly object[]): NonNullable<Row['after']> =>
  shows(...members.map((member) => ({ from: 'lists', ...member })));

/** What whoever may write something of a row, or an administrator, puts there: it concerns that row's holder. */
export const BY_ENTRY: readonly Row[] = [
  {
    ...ofEntry,
    cause: 'user',
    fault: 'a column holds bytes that are no text',
    after: shows({ alias: Buffer.from([0xff]) }),
  },
  {
    ...ofEntry,
    cause: 'admin',
    fault: 'a column holds what is no text',
    after: shows({ alias: { x: 1 } }),
  },
  {
    ...ofEntry,
    cause: 'admin',
    fault: 'a column of truth values says neither',
    after: shows({ enabled: 'maybe' }),
  },
  {
    ...ofEntry,
    cause: 'admin',
    fault: 'rows of one account contradict each other',
    after: shows({ enabled: 1 }, { enabled: 0 }),
  },
  {
    ...ofEntry,
    cause: 'user',
    fault: 'a group has too many members',
    after: group({ member: 'a@x.org' }, { member: 'b@x.org' }, { member: 'c@x.org' }),
  },
  {
    ...ofEntry,
    cause: 'admin',
    fault: 'groups lie too deep',
    after: (world) => {
      world.rows = [...world.rows, ...NESTED];
    },
  },
  {
    ...ofEntry,
    cause: 'user',
    fault: 'an alias has too many targets',
    settings: {
      people: { aliases: "SELECT alias, target FROM users WHERE address = '%s'" },
      canary: 'ann@example.org',
    },
    before: (world) => {
      world.rows = [
        { from: 'users', address: 'ann@example.org', alias: 'ann@example.org', target: 'a@x.org' },
      ];
    },
    after: shows({ alias: 'evil@example.org', target: 'a@x.org b@x.org c@x.org' }),
  },
  {
    ...ofEntry,
    cause: 'stranger',
    fault: 'a key equals a row loosely, and others may have been left out for it',
    settings: { people: { account: "SELECT address FROM users WHERE address = '%s' LIMIT 1" } },
    after: shows({ key: 'evil@example.org', address: 'évil@example.org' }),
  },
  {
    ...ofEntry,
    cause: 'user',
    fault: 'a table has more values than its limit',
    table: 'transport',
    after: (world) => {
      const row = { from: 'transport', address: 'evil@example.org' };
      world.rows = [...world.rows, { ...row, target: 'a' }, { ...row, target: 'b' }];
    },
  },
  {
    kind: 'bug',
    opens: true,
    // Maps ask for nothing that is no address.
    cause: 'server',
    fault: 'what is no address is asked for, by idpmap itself',
    key: 'evil',
  },
  {
    kind: 'bug',
    opens: true,
    cause: 'server',
    fault: 'a driver gives what is no value',
    after: shows({ alias: () => {} }),
  },
];
