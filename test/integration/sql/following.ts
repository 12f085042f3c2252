import { expect, onTestFinished, test } from 'vitest';
import type { Directory, Listed } from '../../../src/directory/directory.ts';
import { Gap } from '../../../src/directory/directory.ts';
import { type Collector, collect, listFresh } from '../../support/feed/collector.ts';
import { openFollowed, type SqlPlace } from '../../support/feed/sqlkit.ts';

/** What a group calls a member whom only the directory can tell. */
const ASKED = ['asked:'];

/** Registers what shows that aliases and groups in tables are told as a lookup answers them. Other tests have made the tables. */
export function describeTables(place: () => SqlPlace): void {
  const now = (): string =>
    place().dialect === 'sqlite' ? "datetime('now')" : 'CURRENT_TIMESTAMP';
  const open = async (people: object = {}): Promise<Directory> => {
    const directory = await openFollowed(place(), people);
    onTestFinished(() => directory.close());
    return directory;
  };
  const add = async (alias: string, targets: readonly string[]): Promise<void> => {
    for (const target of targets)
      await place().run(`INSERT INTO aliases VALUES ('${alias}', '${target}', ${now()})`);
  };
  const person = (name: string, address: string, enabled = 1) =>
    place().run(
      `INSERT INTO people (name, address, login, enabled, listed, updated) VALUES ('${name}', '${address}', '${name}', ${enabled}, 1, ${now()})`,
    );
  const holders = (all: ReadonlyMap<string, Listed>, address: string): readonly Listed[] =>
    [...all.values()].filter((each) => each.address === address || each.aliases.includes(address));

  test('an alias names those whom it leads to, here and elsewhere', async () => {
    await person('ida', 'ida@example.test');
    await add('info@example.test', ['ida@example.test', 'out@elsewhere.test']);
    const [info] = holders(await listFresh(await open()), 'info@example.test');
    expect(info).toMatchObject({
      kind: 'group',
      members: [],
      memberNames: ['mailto:ida@example.test', 'mailto:out@elsewhere.test'],
    });
  });

  test('an account whose mail is led on is asked for at each lookup', async () => {
    await person('fay', 'fay@example.test');
    await add('fay@example.test', ['out@elsewhere.test']);
    const found = holders(await listFresh(await open()), 'fay@example.test');
    expect(found.map(({ memberNames }) => memberNames)).toEqual([ASKED]);
  });

  test('an account that is an alias of itself alone is told as it is', async () => {
    await person('gil', 'gil@example.test');
    await add('gil@example.test', ['gil@example.test']);
    const found = holders(await listFresh(await open()), 'gil@example.test');
    expect(found.map(({ kind }) => kind)).toEqual(['account']);
  });

  test('a target that somebody elsewhere may read otherwise is left to the lookup', async () => {
    await add('odd@example.test', ['Out@Elsewhere.test']);
    const [odd] = holders(await listFresh(await open()), 'odd@example.test');
    expect(odd?.memberNames).toEqual(ASKED);
  });

  test('a disabled account is asked for where somebody takes the mail of the rest', async () => {
    await person('hal', 'hal@example.test', 0);
    const catchAll =
      "SELECT 'example.test' AS domain, 'first@example.test' AS target FROM people WHERE 'x.%d' = 'y'";
    const directory = await open({ catchAll });
    const collector = collect(directory);
    const mark = await collector.nextMark();
    const [hal] = holders(collector.entries, 'hal@example.test');
    await collector.stop();
    expect([hal?.memberNames, mark.tellsNew, mark.lacksSome]).toEqual([ASKED, undefined, true]);
  });

  test('a group has the members that its rows show, and names the groups within', async () => {
    const { run } = place();
    await run(
      `INSERT INTO members VALUES ('t1', 'team@example.test', 'ida@example.test', NULL, ${now()})`,
    );
    await run(
      `INSERT INTO members VALUES ('t1', 'team@example.test', NULL, 'inner@example.test', ${now()})`,
    );
    const [team] = holders(await listFresh(await open()), 'team@example.test');
    expect(team).toMatchObject({
      members: ['ida@example.test'],
      names: ['group:team@example.test'],
      memberNames: ['group:inner@example.test'],
    });
  });

  test('a change of an alias is told before the next listing', async () => {
    await person('lea', 'lea@example.test');
    const collector = await follow(await open());
    await add('late@example.test', ['lea@example.test']);
    await collector.until(() => holders(collector.entries, 'late@example.test').length === 1);
    expect(holders(collector.entries, 'late@example.test')[0]?.memberNames).toEqual([
      'mailto:lea@example.test',
    ]);
  });

  test('everybody of several pages is listed, with all rows of each', async () => {
    const { run, dialect } = place();
    const numbers =
      dialect === 'postgresql'
        ? 'SELECT n FROM generate_series(1, 777) n'
        : 'WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 777) SELECT n FROM s';
    const text = (before: string): string =>
      dialect === 'mysql'
        ? `CONCAT('${before}', n, '@bulk.test')`
        : `'${before}' || n || '@bulk.test'`;
    await run(
      `INSERT INTO people (address, login, enabled, listed, updated) SELECT ${text('u')}, 'bulk', 1, 1, ${now()} FROM (${numbers}) t`,
    );
    for (const alias of ['a', 'b'])
      await run(
        `INSERT INTO held SELECT p.id, ${dialect === 'mysql' ? `CONCAT('${alias}', p.address)` : `'${alias}' || p.address`} FROM people p WHERE p.login = 'bulk'`,
      );
    const all = await listFresh(await open());
    const bulk = [...all.values()].filter(({ address }) => address.endsWith('@bulk.test'));
    expect(bulk.filter(({ aliases }) => aliases.length === 2)).toHaveLength(777);
    await run(
      "DELETE FROM held WHERE alias LIKE '%bulk.test'; DELETE FROM people WHERE login = 'bulk'",
    );
  });

  test('a cursor of another kind is a gap', async () => {
    const collector = collect(await open(), { cursor: '{}', entries: new Map() });
    expect(await collector.failure).toBeInstanceOf(Gap);
  });
}

async function follow(directory: Directory): Promise<Collector> {
  const collector = collect(directory);
  onTestFinished(async () => void (await collector.stop()));
  await collector.nextMark();
  return collector;
}
