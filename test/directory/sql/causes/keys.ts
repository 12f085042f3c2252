import type { Row } from './row.ts';
import { cut, hang, raise, type Scripted, type Way } from './scripted.ts';

const byStranger = { cause: 'stranger', kind: 'entry', opens: false } as const;

const at =
  (evil: Way): NonNullable<Row['after']> =>
  (world) => {
    world.evil = evil;
  };

/** What one key has PostgreSQL raise. */
const OF_POSTGRESQL: readonly (readonly [string, string])[] = [
  ['22021', 'holds what is no text'],
  ['22P02', 'is no number'],
  ['22003', 'is a number out of range'],
  ['22012', 'divides by zero'],
  ['2201B', 'is no regular expression'],
  ['21000', 'has a subquery give several rows'],
  ['54000', 'is over a limit'],
  ['54001', 'nests too deep'],
  ['P0001', 'has a function raise'],
  ['57014', 'takes too long'],
  ['55P03', 'waits for a lock'],
  ['53200', 'takes all memory'],
  ['53400', 'is over a limit of the configuration'],
  ['58030', 'needs a block that can’t be read'],
  ['57P02', 'has the server crash'],
  ['XX000', 'meets an error of the server’s own'],
  ['28000', 'has a foreign table refuse the login'],
];

/** What one key has MySQL and MariaDB raise. */
const OF_MYSQL: readonly (readonly [number, string])[] = [
  [1139, 'is no regular expression'],
  [1242, 'has a subquery give several rows'],
  [1264, 'is a number out of range'],
  [1267, 'is of another collation'],
  [1292, 'is no number in strict mode'],
  [1300, 'holds what is no text'],
  [1366, 'is of another character set'],
  [1406, 'is too long'],
  [1644, 'has a function raise'],
  [1690, 'gives a number out of range'],
  [1969, 'takes too long'],
  [3024, 'takes too long'],
  [1205, 'waits for a lock'],
  [1317, 'is ended by an administrator'],
  [1153, 'is larger than a packet may be'],
  [1045, 'has a federated table refuse the login'],
  [2013, 'has the server crash'],
];

const raised = (database: Scripted, facts: object, words: string): readonly Row[] => [
  {
    ...byStranger,
    database,
    fault: `${database}: one key ${words}, ${JSON.stringify(facts)}`,
    after: at(raise(facts)),
  },
];

/** What whoever sends mail chooses: a key. */
export const BY_KEY: readonly Row[] = [
  ...OF_POSTGRESQL.flatMap(([code, words]) => raised('postgresql', { code }, words)),
  ...OF_MYSQL.flatMap(([errno, words]) => raised('mysql', { errno, code: 'ER_X' }, words)),
  ...raised('mysql', { code: 'PROTOCOL_CONNECTION_LOST', fatal: true }, 'ends the connection'),
  ...raised('mysql', { code: 'ERR_OUT_OF_RANGE' }, 'is more than the driver takes'),
  { ...byStranger, fault: 'one key is not answered, while others are', after: at(hang) },
  { ...byStranger, fault: 'at one key the server ends the connection', after: at(cut) },
  {
    ...byStranger,
    fault: 'at one key the server ends a connection made for it',
    after: at(cut),
    anew: true,
  },
  {
    ...byStranger,
    fault: 'one key is not answered on a connection made for it',
    after: at(hang),
    anew: true,
  },
  {
    ...byStranger,
    fault: 'one key of a table is not answered, while others are',
    after: at(hang),
    table: 'transport',
    key: 'evil',
  },
  {
    ...byStranger,
    fault: 'at one key of a table the server ends the connection',
    after: at(cut),
    table: 'transport',
    key: 'evil',
  },
  {
    ...byStranger,
    fault: 'one key is not answered where others are refused',
    after: (world) => {
      world.all = (end, values) =>
        (values.some((value) => value.includes('evil')) ? hang : raise({ code: '22P02' }))(
          end,
          values,
        );
    },
  },
  {
    ...byStranger,
    fault: 'one key can be written in more ways than can be asked for',
    key: `${'ﬀﬁß'.repeat(12)}@example.org`,
  },
  {
    ...byStranger,
    kind: 'doubt',
    fault: 'one key leads to a function that is not there',
    after: at(raise({ code: '42883' })),
  },
];
