import { Fault } from '../../../../src/directory/directory.ts';
import type { Row } from './row.ts';
import { cut, hang, raise, type Way } from './scripted.ts';

const inDoubt = { kind: 'doubt', opens: false } as const;
const failing = { cause: 'server', kind: 'directory', opens: true } as const;

const all =
  (way: Way): NonNullable<Row['after']> =>
  (world) => {
    world.all = way;
  };

const refuse = (facts: object) => async (): Promise<never> => {
  throw Object.assign(new Error('it fails'), facts);
};

/** What the server, its administrator or the network does: all keys meet it. */
export const BY_SERVER: readonly Row[] = [
  { ...failing, kind: 'timeout', fault: 'nobody is answered', after: all(hang) },
  {
    ...failing,
    kind: 'timeout',
    cause: 'admin',
    fault: 'every statement takes too long',
    after: all(raise({ code: '57014' })),
  },
  {
    ...failing,
    kind: 'timeout',
    database: 'mysql',
    cause: 'admin',
    fault: 'somebody locks all tables',
    after: all(raise({ errno: 1205, code: 'ER_LOCK_WAIT_TIMEOUT' })),
  },
  { ...failing, fault: 'every connection is ended', after: all(cut) },
  { ...failing, fault: 'it shuts down', after: all(raise({ code: '57P01' })) },
  { ...failing, fault: 'it has no memory left', after: all(raise({ code: '53200' })) },
  {
    ...failing,
    database: 'mysql',
    fault: 'it shuts down, says MySQL',
    after: all(raise({ errno: 1053, code: 'ER_SERVER_SHUTDOWN' })),
  },
  {
    ...failing,
    cause: 'network',
    fault: 'it is not reached any more',
    after: (world) => {
      world.all = cut;
      world.open = refuse({ code: 'ECONNREFUSED' });
    },
  },
  {
    ...failing,
    cause: 'network',
    fault: 'it was never reached',
    before: (world) => {
      world.open = refuse({ code: 'ETIMEDOUT' });
    },
  },
  {
    ...failing,
    cause: 'admin',
    fault: 'the login is refused',
    before: (world) => {
      world.open = refuse({ code: '28P01' });
    },
  },
  {
    ...failing,
    cause: 'admin',
    fault: 'a pooler that the settings do not name stands in between',
    before: (world) => {
      world.open = async () => {
        throw new Fault('directory', 'a pooler stands in between');
      };
    },
  },
  {
    ...failing,
    database: 'mysql',
    cause: 'admin',
    fault: 'the login is refused by MySQL',
    before: (world) => {
      world.open = refuse({ errno: 1045, code: 'ER_ACCESS_DENIED_ERROR' });
    },
  },
  {
    ...inDoubt,
    cause: 'admin',
    fault: 'a table is gone',
    after: all(raise({ code: '42P01' })),
  },
  {
    ...inDoubt,
    database: 'mysql',
    cause: 'admin',
    fault: 'the right to read was taken back',
    after: all(raise({ errno: 1142, code: 'ER_TABLEACCESS_DENIED_ERROR' })),
  },
  {
    ...inDoubt,
    cause: 'server',
    fault: 'it is a copy that may be behind',
    after: (world) => {
      world.believe = async () => {
        throw new Fault('doubt', 'it is a copy');
      };
    },
  },
  {
    ...inDoubt,
    cause: 'admin',
    fault: 'a statement gives no column that it has to',
    settings: { people: { account: "SELECT login FROM users WHERE address = '%s'" } },
    before: (world) => {
      world.rows = [];
    },
    after: (world) => {
      world.rows = [{ from: 'users', login: 'evil' }];
      world.all = async () => [{ login: 'evil' }];
    },
  },
  { ...inDoubt, cause: 'admin', fault: 'it has no statement for people', settings: { people: {} } },
  {
    ...inDoubt,
    cause: 'admin',
    fault: 'all tables were emptied',
    after: (world) => {
      world.rows = [];
      world.isFilled = false;
    },
  },
  {
    ...inDoubt,
    cause: 'admin',
    fault: 'no table has ever had rows',
    before: (world) => {
      world.rows = [];
      world.isFilled = false;
    },
  },
  {
    ...inDoubt,
    cause: 'admin',
    fault: 'a statement names no table, and has found nobody yet',
    settings: { people: { account: "SELECT address FROM find_user('%s')" } },
  },
  {
    ...inDoubt,
    cause: 'admin',
    fault: 'a statement names no table, and finds nobody any more',
    settings: { people: { account: "SELECT address FROM find_user('%s')" } },
    before: (world) => {
      world.rows = [{ from: 'find_user', address: 'ann@example.org' }];
    },
    after: (world) => {
      world.rows = [];
    },
  },
  {
    ...inDoubt,
    cause: 'admin',
    fault: 'the canary is not shown',
    settings: { canary: 'post@example.org' },
  },
  {
    kind: 'entry',
    opens: false,
    cause: 'admin',
    fault: 'there is no such table',
    table: 'gone',
  },
  {
    ...inDoubt,
    cause: 'stranger',
    fault: 'keys keep at work all threads that may read a file',
    after: (world) => {
      world.all = cut;
      world.open = async () => {
        throw new Fault('doubt', '4 threads are at work');
      };
    },
  },
  { kind: 'shutdown', opens: false, cause: 'server', fault: 'it is closed', isClosed: true },
];
