import { describe, expect, test } from 'vitest';
import { Fault } from '../../../../src/directory/directory.ts';
import type { SqlConnection } from '../../../../src/directory/sql/connect/connection.ts';
import { Overrun, type Row } from '../../../../src/directory/sql/engine.ts';
import { readPart } from '../../../../src/directory/sql/parts.ts';
import { createWitnesses } from '../../../../src/directory/sql/trust/witnesses.ts';
import { createKept } from '../../../../src/directory/trust/kept.ts';

const QUERY = "SELECT address FROM users u LEFT JOIN aliases a USING (id) WHERE address = '%s'";

/** A connection to tables whose rows the test sets. */
function connectionTo(tables: Record<string, readonly string[]>): SqlConnection {
  const run = async (text: string, [key]: readonly string[]): Promise<readonly Row[]> => {
    const looked = [...text.matchAll(/FROM (\w+)\) AS (\w+)/g)];
    if (looked.length === 0)
      return (tables['users'] ?? []).filter((each) => each === key).map((address) => ({ address }));
    const has = (table: string): string => ((tables[table] ?? []).length > 0 ? 't' : 'f');
    return [Object.fromEntries(looked.map(([, table = '', name]) => [name, has(table)]))];
  };
  return {
    server: 'db',
    load: 0,
    death: undefined,
    isStuck: false,
    spent: Promise.resolve(),
    run,
    believe: async () => [],
    kill: () => {},
    close: () => {},
  };
}

function open({ isNeeded = true, kept = createKept(), query = QUERY } = {}) {
  const part = readPart('people.account', query, 'postgresql');
  return { witnesses: createWitnesses({ part, isNeeded, kept }), kept };
}

const DOUBT = { kind: 'doubt' };

describe('whoever was found', () => {
  test('has to be found still, or the table has to have rows', async () => {
    const { witnesses } = open();
    witnesses.learn('ann');
    const tables = { users: ['ann', 'bob'], aliases: [] };
    await expect(witnesses.check(connectionTo(tables))).resolves.toMatch('finds whom it found');
    await expect(witnesses.check(connectionTo({ users: ['bob'] }))).resolves.toMatch('rows');
  });

  test('is missed where the table is empty, until it has rows again', async () => {
    const { witnesses } = open();
    witnesses.learn('ann');
    await witnesses.check(connectionTo({ users: ['ann'] }));
    await expect(witnesses.check(connectionTo({}))).rejects.toMatchObject(DOUBT);
    expect(witnesses.isHeld()).toBe(true);
    await expect(witnesses.check(connectionTo({ users: ['bob'] }))).resolves.toMatch('rows');
    expect(witnesses.isHeld()).toBe(false);
  });

  test('is missed after a restart, too', async () => {
    const { witnesses, kept } = open();
    witnesses.learn('ann');
    await witnesses.check(connectionTo({ users: ['ann'] }));
    const again = open({ kept, isNeeded: false });
    await expect(again.witnesses.check(connectionTo({}))).rejects.toMatchObject(DOUBT);
  });

  test('is no more once an administrator says so', async () => {
    const { witnesses, kept } = open({ isNeeded: false });
    witnesses.learn('ann');
    await witnesses.check(connectionTo({ users: ['ann'] }));
    await expect(witnesses.check(connectionTo({}))).rejects.toMatchObject(DOUBT);
    expect(witnesses.accept()).toMatch('users had rows and has none');
    await expect(witnesses.check(connectionTo({}))).resolves.toMatch('rows');
    const again = open({ kept, isNeeded: false });
    await expect(again.witnesses.check(connectionTo({}))).resolves.toMatch('rows');
  });

  test('is missed in each table that had rows, one that is joined outwardly, too', async () => {
    const { witnesses } = open();
    witnesses.learn('ann');
    await witnesses.check(connectionTo({ users: ['ann'], aliases: ['a'] }));
    await expect(witnesses.check(connectionTo({ users: ['ann'] }))).rejects.toMatchObject(DOUBT);
  });
});

describe('where nobody was found yet', () => {
  test('a table of people has to have rows', async () => {
    const { witnesses } = open();
    await expect(witnesses.check(connectionTo({}))).rejects.toMatchObject(DOUBT);
    await expect(witnesses.check(connectionTo({ users: ['ann'] }))).resolves.toMatch('rows');
  });

  test('one of the tables of a union has to have rows', async () => {
    const query = "SELECT a FROM users WHERE a = '%s' UNION SELECT b FROM aliases WHERE b = '%s'";
    const { witnesses } = open({ query });
    await expect(witnesses.check(connectionTo({}))).rejects.toMatchObject(DOUBT);
    await expect(witnesses.check(connectionTo({ aliases: ['ann'] }))).resolves.toMatch('rows');
  });

  test('another table may be empty', async () => {
    const { witnesses } = open({ isNeeded: false });
    await expect(witnesses.check(connectionTo({}))).resolves.toMatch('rows');
  });

  test('a function shows nothing, so nobody is denied', async () => {
    const query = "SELECT * FROM find_user('%s')";
    const { witnesses } = open({ query });
    await expect(witnesses.check(connectionTo({}))).rejects.toMatchObject(DOUBT);
    witnesses.learn('ann');
    await expect(witnesses.check(connectionTo({ users: ['ann'] }))).resolves.toMatch('finds');
    await expect(witnesses.check(connectionTo({}))).rejects.toMatchObject(DOUBT);
  });
});

describe('a key that a stranger chose, and that had rows', () => {
  /** Connections on which keys do as they are called, and tables have rows. */
  const connection: SqlConnection = {
    ...connectionTo({ users: ['ann', 'slow', 'slower', 'crawling', 'odd', 'ann2'] }),
    run: async (text, values) => {
      const [key = ''] = values;
      if (/slow|crawl/.test(key)) throw new Overrun('no answer');
      if (key.startsWith('odd')) throw new Fault('entry', 'it does not take this key');
      return connectionTo({ users: [key], aliases: ['x'] }).run(text, values);
    },
  };

  test('takes no proof from others by being refused', async () => {
    const { witnesses } = open();
    for (const key of ['odd', 'odd2', 'odd3', 'ann']) witnesses.learn(key);
    await expect(witnesses.check(connection)).resolves.toMatch('finds whom it found');
  });

  test.each([
    [['slow', 'ann'], 1],
    [['slow', 'odd', 'slower', 'ann'], 2],
    [['slow', 'slower', 'crawling', 'ann'], 3],
  ])('takes so many proofs by being slow: %j %i', async (keys, most) => {
    const { witnesses } = open();
    for (const key of keys) witnesses.learn(key);
    for (let i = 0; i < most; i++)
      await expect(witnesses.check(connection)).rejects.toMatchObject({ kind: 'timeout' });
    await expect(witnesses.check(connection)).resolves.toMatch('finds whom it found');
  });

  test('gives way to whoever is found next, where all are slow', async () => {
    const { witnesses } = open();
    for (const key of ['slow', 'slower', 'crawling', 'slowest']) witnesses.learn(key);
    await expect(witnesses.check(connection)).rejects.toMatchObject({ kind: 'timeout' });
    witnesses.learn('ann');
    for (let i = 0; i < 3; i++) await witnesses.check(connection).catch(() => {});
    await expect(witnesses.check(connection)).resolves.toMatch('finds whom it found');
  });
});
