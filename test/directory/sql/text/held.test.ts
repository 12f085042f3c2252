import { expect, test } from 'vitest';
import { heldBy } from '../../../../src/directory/mysql/held.ts';
import { heldBy as heldByPostgresql } from '../../../../src/directory/postgresql/held.ts';

/** A server that has these character sets, and types without one, in the columns that a statement names. */
const having =
  (...sets: readonly string[]) =>
  async () =>
    sets.map((set) => [set]);

const STATEMENT = 'SELECT target FROM old WHERE address = ?';

test.each([
  ['what latin1 has not', ['latin1', 'int'], 'jeﬀ@x.org', 'je\u001a@x.org'],
  ['what ASCII has not', ['ascii'], 'märz', 'm\u001arz'],
  ['a letter beyond the first plane as one', ['latin1'], 'a\u{1d157}', 'a\u001a'],
  ['nothing that one of the columns has', ['ascii', 'latin1'], 'märz', undefined],
  ['nothing of what latin1 has from Windows', ['latin1'], '€œŸ\u0081', undefined],
  ['nothing where a column may hold it', ['latin1', 'utf8mb4'], 'jeﬀ', undefined],
  ['nothing where a column has bytes', ['latin1', 'varbinary'], 'jeﬀ', undefined],
  ['nothing where another database may be meant', ['latin1', 'another database'], 'jeﬀ', undefined],
  ['nothing where no column is seen', ['int'], 'jeﬀ', undefined],
])('replaces %s', async (_, sets, value, made) => {
  const held = await heldBy(STATEMENT, [value], having(...sets));
  expect(held?.values).toEqual(made === undefined ? undefined : [made]);
});

test.each([
  'CALL people(?)',
  "SELECT JSON_VALUE(a, '$.b') FROM old WHERE address = ?",
  'SELECT target FROM old WHERE UNHEX(address) = ?',
  "SELECT target FROM old WHERE CONCAT(address, 'ﬀ') = ?",
  "SELECT target FROM old WHERE CONCAT(address, x'EFAC80') = ?",
  'SELECT target FROM old WHERE `address two` = ?',
])('replaces nothing where a statement may make letters itself: %s', async (statement) => {
  expect(await heldBy(statement, ['jeﬀ'], having('latin1'))).toBeUndefined();
});

test('looks at all columns of its tables where a statement names not all of them', async () => {
  const asked: string[] = [];
  const look = async (text: string) => {
    asked.push(text);
    return [['latin1']];
  };
  await heldBy(STATEMENT, ['jeﬀ'], look);
  await heldBy('SELECT target FROM (SELECT * FROM old) o WHERE a = ?', ['jeﬀ'], look);
  expect(asked.map((text) => text.includes('column_name IN'))).toEqual([true, false]);
});

test.each([
  ['LATIN1', 'jeﬀ€', 'je\u001a\u001a'],
  ['WIN1252', 'jeﬀ€', 'je\u001a€'],
  ['KOI8R', 'димаﬀ', 'дима\u001a'],
  ['UTF8', 'jeﬀ', undefined],
  ['EUC_JP', 'jeﬀ', undefined],
])('replaces what a database in %s has not', (encoding, value, made) => {
  expect(heldByPostgresql(encoding, [value])?.values).toEqual(
    made === undefined ? undefined : [made],
  );
});

test.each([
  ['latin1', [['Ð´Ð¸Ð¼Ð°']]],
  ['ascii', []],
])('asks for what UTF-8 is when it is taken for %s', async (set, misread) => {
  expect(await heldBy(STATEMENT, ['дима'], having(set))).toMatchObject({ misread });
});

test('asks for what UTF-8 is when it is taken for LATIN1', () => {
  expect(heldByPostgresql('LATIN1', ['à ﬀ'])).toMatchObject({
    misread: [[Buffer.from('à ﬀ').toString('latin1')]],
  });
});
