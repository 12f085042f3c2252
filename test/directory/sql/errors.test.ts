import { describe, expect, test } from 'vitest';
import { Fault } from '../../../src/directory/directory.ts';
import { faultOf as ofMysql } from '../../../src/directory/mysql/errors.ts';
import { faultOf as ofPostgresql } from '../../../src/directory/postgresql/errors.ts';
import { Lost } from '../../../src/directory/sql/engine.ts';
import { faultOf as ofSqlite } from '../../../src/directory/sqlite/errors.ts';
import { SqliteError } from '../../../src/directory/sqlite/messages.ts';

const error = (facts: object, message = 'it fails'): Error =>
  Object.assign(new Error(message), facts);

// What a key may bring about is `entry`, and a statement that is wrong `doubt`: neither opens a circuit.
describe('PostgreSQL', () => {
  test.each([
    // A NUL, bytes that are no text, a text that is no number, a subquery of several rows, a function that raises.
    ['22021', 'entry'],
    ['22P05', 'entry'],
    ['22P02', 'entry'],
    ['2201B', 'entry'],
    ['21000', 'entry'],
    ['54001', 'entry'],
    ['P0001', 'entry'],
    ['42501', 'doubt'],
    ['42P01', 'doubt'],
    ['42601', 'doubt'],
    ['25006', 'doubt'],
    ['28P01', 'directory'],
    ['3D000', 'directory'],
    ['57014', 'timeout'],
    ['55P03', 'timeout'],
    ['57P01', 'directory'],
    ['53300', 'directory'],
    ['08006', 'directory'],
    ['40001', 'directory'],
    ['0A000', 'directory'],
    ['XX000', 'directory'],
    ['ECONNREFUSED', 'directory'],
  ])('says by %s: %s', (code, kind) => {
    expect(ofPostgresql(error({ code }), 'db').kind).toBe(kind);
  });

  test.each(['57P01', '26000', '0A000', '40001', 'ECONNRESET'])(
    'is asked on another connection after %s',
    (code) => {
      expect(ofPostgresql(error({ code }), 'db')).toBeInstanceOf(Lost);
    },
  );

  test('tells no key', () => {
    const { message } = ofPostgresql(error({ code: '22P02' }, 'invalid: "ann@x.org"'), 'db');
    expect(message).toBe('db: it does not take this key (SQLSTATE 22P02)');
  });
});

describe('MySQL', () => {
  test.each([
    [1267, 'entry'],
    [1366, 'entry'],
    [1300, 'entry'],
    [1242, 'entry'],
    [1139, 'entry'],
    [1142, 'doubt'],
    [1146, 'doubt'],
    [1054, 'doubt'],
    [1064, 'doubt'],
    [1045, 'directory'],
    [1049, 'directory'],
    [1969, 'timeout'],
    [3024, 'timeout'],
    [1205, 'timeout'],
    [1040, 'directory'],
    [1053, 'directory'],
    [1927, 'directory'],
  ])('says by %i: %s', (errno, kind) => {
    expect(ofMysql(error({ errno, code: 'ER_X' }), 'db').kind).toBe(kind);
  });

  test.each([
    { code: 'ECONNREFUSED', errno: -111 },
    { code: 'PROTOCOL_CONNECTION_LOST', fatal: true },
    { errno: 1927, code: 'ER_CONNECTION_KILLED' },
  ])('is asked on another connection after %j', (facts) => {
    expect(ofMysql(error(facts), 'db')).toBeInstanceOf(Lost);
  });
});

describe('SQLite', () => {
  test.each([
    [1, 'doubt'],
    [5, 'timeout'],
    [261, 'timeout'],
    [18, 'entry'],
    [20, 'entry'],
    [11, 'directory'],
    [26, 'directory'],
    [10, 'directory'],
    [14, 'directory'],
  ])('says by %i: %s', (code, kind) => {
    expect(ofSqlite(new SqliteError('it fails', code), 'file').kind).toBe(kind);
  });
});

test.each([ofPostgresql, ofMysql, ofSqlite])('what is known already stays as it is', (faultOf) => {
  const fault = new Fault('entry', 'x');
  expect(faultOf(fault, 'db')).toBe(fault);
});
