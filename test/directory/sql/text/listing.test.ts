import { expect, test } from 'vitest';
import { readListing } from '../../../../src/directory/sql/text/listing.ts';

const read = (text: string, dialect: 'postgresql' | 'mysql' | 'sqlite' = 'postgresql') =>
  readListing('people.listAccounts', text, ['id', 'address'], dialect);

test('a listing is read in parts, in the order of its key', () => {
  const { first, from, count } = read('SELECT id, address FROM users;');
  expect([first(500), from(500), count]).toEqual([
    'SELECT * FROM (SELECT id, address FROM users) AS idpmap_listed ORDER BY id LIMIT 500',
    'SELECT * FROM (SELECT id, address FROM users) AS idpmap_listed WHERE id >= $1 ORDER BY id LIMIT 500',
    'SELECT count(*) AS n FROM (SELECT id, address FROM users) AS idpmap_listed',
  ]);
});

test('without an id the address is the key', () => {
  expect(read('SELECT u.address FROM users u JOIN d ON d.id = u.id').key).toBe('address');
});

test('what changed can be asked for where there is a column of that name', () => {
  expect(read("SELECT id, 'changed' AS address FROM users").changed).toBeUndefined();
  expect(read('SELECT id, address, updated AS changed FROM users', 'mysql').changed?.(3)).toBe(
    'SELECT DISTINCT id FROM (SELECT id, address, updated AS changed FROM users) AS idpmap_listed WHERE changed >= ? LIMIT 3',
  );
});

test.each([
  ["SELECT id FROM users WHERE address = '%s'", 'a placeholder at offset 37'],
  ['SELECT id FROM users LIMIT 500', 'LIMIT at offset 21'],
  ['SELECT id FROM users ORDER BY id', 'ORDER at offset 21'],
  ['SELECT id FROM users OFFSET 3', 'OFFSET at offset 21'],
  ['SELECT id FROM users FETCH FIRST 3 ROWS ONLY', 'FETCH at offset 21'],
  ['SELECT id FROM users WHERE updated >= $since', '"$" at offset 38'],
  ['DELETE FROM users', '"DELETE" at offset 0'],
  ['SELECT id FROM users; SELECT 1', 'a second statement at offset 20'],
])('%s is refused, with the place of what can not be followed', (text, reason) => {
  expect(() => read(text)).toThrow(`people.listAccounts: ${reason}`);
});

test('a procedure is no listing', () => {
  expect(() => read('CALL everybody()', 'mysql')).toThrow('CALL at offset 0');
});

test('a limit within brackets cuts nothing off', () => {
  expect(() =>
    read('SELECT id, (SELECT m FROM mails ORDER BY m LIMIT 1) AS address FROM users'),
  ).not.toThrow();
});
