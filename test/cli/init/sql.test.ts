import { execFileSync } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  initMysql,
  initPostgresql,
  initSqlite,
  type MysqlOptions,
  type SqliteOptions,
} from '../../../src/cli/init/sql.ts';
import { PRESETS_OF, presetStatements } from '../../../src/directory/sql/presets/presets.ts';
import { capture } from '../../support/command.ts';
import { makePlace, settingsOf } from '../../support/instance.ts';
import { printInit } from '../../support/sql/presets/printed.ts';

const LEAST: MysqlOptions = { preset: 'postfixadmin', database: 'mail', user: 'idpmap' };

const INITS = {
  postgresql: initPostgresql,
  mysql: initMysql,
  sqlite: (options: MysqlOptions) =>
    initSqlite({ ...options, path: '/var/lib/mail/people.sqlite' }),
};
const DIALECTS = ['postgresql', 'mysql', 'sqlite'] as const;
const ALL = DIALECTS.flatMap((type) => PRESETS_OF[type].map((preset) => ({ type, preset })));

const textOf = async (init: () => Promise<number>): Promise<string> => (await capture(init)).text;

/** Loads what is printed. */
async function load({ type, preset }: (typeof ALL)[number], more: object) {
  const place = await makePlace();
  const options = { ...LEAST, preset, only: 'config', ...more } as const;
  const config = await textOf(() => INITS[type](options));
  await writeFile(join(place, `${nameOf(preset)}.password`), 'secret');
  return settingsOf(config, place);
}

const nameOf = (preset: string): string => preset.replace('_', '-');

describe.each(ALL)('the configuration for $preset in $type', ({ type, preset }) => {
  test('can be loaded as it is', async () => {
    const { directories } = await load({ type, preset }, { domain: ['example.org'] });
    expect(directories).toMatchObject({ [nameOf(preset)]: { type, preset } });
  });

  test('has its statements where they are asked for', async () => {
    const { listDomains: _, ...people } = presetStatements(preset, type);
    const { directories } = await load(
      { type, preset },
      { domain: ['example.org'], statements: true },
    );
    expect(directories).toMatchObject({ [nameOf(preset)]: { people } });
  });
});

describe('the configuration', () => {
  test.each(ALL.filter(({ type, preset }) => 'listDomains' in presetStatements(preset, type)))(
    'for $preset in $type takes the domains of the database where none is named',
    async (one) => {
      const { domains, directories } = await load(one, {});
      expect(domains).toEqual({});
      const { listDomains } = presetStatements(one.preset, one.type);
      expect(directories).toMatchObject({ [nameOf(one.preset)]: { listDomains } });
    },
  );

  test('names the servers and the domains that are given', async () => {
    const host = ['db1.example.org', 'db2.example.org:5433'];
    const text = await textOf(() =>
      initPostgresql({ ...LEAST, host, domain: ['Bücher.example'], only: 'config' }),
    );
    expect(parse(text)).toMatchObject({
      domains: { 'xn--bcher-kva.example': { directory: 'postfixadmin' } },
      directories: { postfixadmin: { hosts: host } },
    });
  });

  test.each(['true', "O'Neil", 'a: b', '"', '42'])(
    'writes the name %s so that it reads as itself',
    async (name) => {
      const text = await textOf(() =>
        initMysql({ ...LEAST, database: name, user: name, only: 'config' }),
      );
      expect(parse(text).directories.postfixadmin).toMatchObject({ database: name, user: name });
    },
  );
});

describe('the commands', () => {
  test('make a password up that stands in its file alone', async () => {
    const place = await makePlace();
    const { sql } = await printInit(({ only }) => initPostgresql({ ...LEAST, only }), place);
    const file = join(place, 'postfixadmin.password');
    const password = await readFile(file, 'utf8');
    expect(password).toMatch(/^[0-9a-f]{48}$/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(sql).toContain(`PASSWORD '${password}'`);
    expect(await textOf(() => initPostgresql(LEAST))).not.toContain(password);
  });

  test('keep the password that is there', async () => {
    const place = await makePlace();
    await writeFile(join(place, 'postfixadmin.password'), 'known');
    const { sql } = await printInit(({ only }) => initMysql({ ...LEAST, only }), place);
    expect(sql).toContain("IDENTIFIED BY 'known';");
  });

  test.each([
    ['idpmap', 'CREATE ROLE idpmap LOGIN'],
    ['Id"p', 'CREATE ROLE "Id""p" LOGIN'],
    ["a'%s\\", 'CREATE ROLE "a\'%s\\" LOGIN'],
  ])('write the role %s so that it is one name', async (user, told) => {
    const place = await makePlace();
    const { sql } = await printInit(({ only }) => initPostgresql({ ...LEAST, user, only }), place);
    expect(sql).toContain(told);
  });

  test.each([
    [{ user: "a'%s\\" }, "CREATE USER 'a''%s\\\\'@'localhost' IDENTIFIED"],
    [{ host: ['127.0.0.1'] }, "CREATE USER 'idpmap'@'127.0.0.1' IDENTIFIED"],
    [{ host: ['db.example.org'], from: '10.0.0.%' }, "CREATE USER 'idpmap'@'10.0.0.%' IDENTIFIED"],
  ])('write the user of MySQL by %j', async (more, told) => {
    const place = await makePlace();
    const { sql } = await printInit(({ only }) => initMysql({ ...LEAST, ...more, only }), place);
    expect(sql).toContain(told);
  });

  test('write a database and its columns so that they are names of MySQL', async () => {
    const place = await makePlace();
    const options = { ...LEAST, preset: 'virtual_users', database: 'my`mail' } as const;
    const { sql } = await printInit(({ only }) => initMysql({ ...options, only }), place);
    expect(sql).toContain('GRANT SELECT (`email`) ON `my``mail`.`virtual_users` TO');
  });

  test('give the right to read, and no other', async () => {
    const place = await makePlace();
    const { sql } = await printInit(({ only }) => initPostgresql({ ...LEAST, only }), place);
    const given = [...sql.matchAll(/^GRANT (?<right>\w+)/gm)].map(
      ({ groups }) => groups?.['right'] ?? '',
    );
    expect([...new Set(given)].toSorted()).toEqual(['CONNECT', 'SELECT', 'USAGE']);
    expect(sql).toContain('ALTER ROLE idpmap SET default_transaction_read_only = on;');
  });

  test('let a group read a file of SQLite', async () => {
    const place = await makePlace();
    const path = join(place, "people's.sqlite");
    await writeFile(path, '', { mode: 0o600 });
    await writeFile(join(place, 'chgrp'), '#!/bin/sh\necho "$@" >told\n', { mode: 0o755 });
    const commands = await textOf(() => initSqlite({ ...sqlite(path), only: 'commands' }));
    execFileSync('sh', ['-c', commands], {
      cwd: place,
      env: { PATH: `${place}:${process.env['PATH']}` },
    });
    expect(await readFile(join(place, 'told'), 'utf8')).toBe(`idpmap ${path}\n`);
    expect((await stat(path)).mode & 0o777).toBe(0o640);
  });

  const sqlite = (path: string): SqliteOptions => ({ preset: 'dbmail', path, domain: ['x.org'] });
});

test('gives both parts as JSON', async () => {
  const text = await textOf(() => initPostgresql({ ...LEAST, json: true }));
  const { config, commands } = JSON.parse(text);
  expect(parse(config)).toHaveProperty('directories.postfixadmin.preset', 'postfixadmin');
  expect(commands).toContain('GRANT SELECT (address, goto, active) ON alias TO idpmap;');
});

test.each([
  ['a domain that is none', initPostgresql, { domain: ['a b'] }, /--domain a b is no domain/],
  [
    'no domain for a product that lists none',
    initPostgresql,
    { preset: 'dbmail' },
    /name yours: --domain/,
  ],
  ['a host that is none', initPostgresql, { host: ['a b'] }, /--host "a b" is no server/],
  [
    'a server elsewhere without a place to connect from',
    initMysql,
    { host: ['db.example.org'] },
    /--from 192\.0\.2\.10/,
  ],
] as const)('refuses %s', async (_, init, more, message) => {
  await expect(init({ ...LEAST, ...more })).rejects.toThrow(message);
});
