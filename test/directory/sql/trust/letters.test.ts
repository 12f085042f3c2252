import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { parseStatement } from '../../../../src/directory/sql/text/statement.ts';
import { templateKey } from '../../../../src/directory/templates/template.ts';
import { plain } from '../../../support/plain.ts';
import { openSqlForTest } from '../../../support/sql/population.ts';
import { makeTemporaryDirectory } from '../../../support/temporary.ts';

const STORED = ['ſmith@x.org', 'ϑea@x.org', 'µ.ſſ@x.org', '\u212aelvin@x.org', 'plain@x.org'];

/** Opens a directory of a file with these tables. */
async function open(people: object) {
  const place = await makeTemporaryDirectory('idpmap-letters');
  onTestFinished(() => place.remove());
  const path = join(place.path, 'users.sqlite');
  using database = new DatabaseSync(path);
  database.exec(
    'CREATE TABLE users (address TEXT); CREATE TABLE aliases (alias TEXT, target TEXT)',
  );
  for (const address of STORED) database.prepare('INSERT INTO users VALUES (?)').run(address);
  database.exec("INSERT INTO aliases VALUES ('baſeball@x.org', 'plain@x.org')");
  const directory = await openSqlForTest({ type: 'sqlite', path, people, statementTimeout: '5s' });
  return (key: string) => plain(directory).find(key, AbortSignal.timeout(20_000));
}

test('whoever is stored with rare letters is found by what Postfix makes of them', async () => {
  const find = await open({
    account: "SELECT address FROM users WHERE address = '%s'",
    aliases: "SELECT alias, target FROM aliases WHERE alias = '%s'",
  });
  const asked = ['smith@x.org', 'θea@x.org', 'μ.ss@x.org', 'kelvin@x.org', 'baseball@x.org'];
  const found = await Promise.all(asked.map(find));
  expect(found.map((entries) => entries.length)).toEqual([1, 1, 1, 1, 1]);
  expect(await find('nobody@x.org')).toEqual([]);
});

test('so they are by a statement that shows one row', async () => {
  const find = await open({ account: "SELECT address FROM users WHERE address = '%s' LIMIT 1" });
  expect(await find('smith@x.org')).toHaveLength(1);
  expect(await find('nobody@x.org')).toEqual([]);
});

test('so they are in an alias domain', async () => {
  const find = await open({
    account: `SELECT address FROM users WHERE address = '%s' UNION ALL
      SELECT substr(address, 1, length(address) - 5) || 'twin.org' FROM users WHERE address = '%u@' || 'x.org' AND '%d' = 'twin.org'`,
  });
  expect(await find('smith@twin.org')).toHaveLength(1);
  expect(await find('smith@x.org')).toHaveLength(1);
  expect(await find('smith@other.org')).toEqual([]);
});

test('nobody else is found by them', async () => {
  const find = await open({ account: "SELECT address FROM users WHERE address = '%s'" });
  expect(await find('smiths@x.org')).toEqual([]);
  expect(await find('fmith@x.org')).toEqual([]);
});

const RARE = /'\*?\[[^\]]+\]\*?'/g;

test.each([
  ["SELECT a FROM t WHERE lower(t.a) = '%s' AND b = 1", 'lower(t.a) GLOB R AND b = 1'],
  ["SELECT a FROM t WHERE l = '%u' AND d = '%d'", 'l GLOB R AND 1 = 1'],
  ["SELECT a FROM t WHERE l||'@'||d = '%s'", undefined],
  ["SELECT a FROM t WHERE (l||'@'||d) = '%s'", "(l||'@'||d) GLOB R"],
  ["SELECT a FROM t WHERE a = '%s' OR a = '@%d'", "a GLOB R OR a = ''"],
  ["SELECT a FROM t WHERE a <> '%s'", undefined],
  ["SELECT a FROM t WHERE a = concat('%u@', d)", undefined],
  ["SELECT a FROM t WHERE a = '%s' LIMIT 1", 'a GLOB R'],
  ["SELECT a FROM (SELECT a FROM t WHERE a = '%s' LIMIT 1) x", undefined],
  ["SELECT a FROM t WHERE a = '%s' GROUP BY a", undefined],
  ["SELECT max(a) FROM t WHERE a = '%s'", undefined],
])('what shows them is made of a statement that compares a column: %s', (text, condition) => {
  const { rare, bind } = parseStatement(text, 'sqlite');
  expect(rare?.replaceAll(RARE, 'R')).toBe(
    condition === undefined ? undefined : `SELECT a FROM t WHERE ${condition} LIMIT 1000`,
  );
  expect(bind(templateKey('ann@x.org'))).toBeDefined();
});
