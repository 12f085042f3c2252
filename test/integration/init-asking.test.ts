import { spawn } from 'node:child_process';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { check } from '../../src/cli/check/check.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { capture } from '../support/command.ts';
import { answerBy, END } from '../support/dialogue.ts';
import { makePlace } from '../support/instance.ts';
import type { LdapServer } from '../support/ldap/server.ts';
import { startSlapd } from '../support/ldap/slapd.ts';
import { describeWith } from '../support/requirement.ts';
import { ACCESS } from '../support/sql/postgresql.ts';
import { type SqlServer, startSqlServer } from '../support/sql/server.ts';

const CLI = join(import.meta.dirname, '../../src/cli.ts');

const checked = async (config: string) =>
  capture(() => check({ config, queueDirectory: '/var/spool/postfix' }));

/** Runs the command in a terminal of its own; types each line once its question stands there. */
async function inTerminal(args: readonly string[], script: readonly (readonly [RegExp, string])[]) {
  const words = [process.execPath, CLI, 'init', ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', words, '/dev/null'], {
    env: { PATH: process.env['PATH'], TERM: 'dumb' },
  });
  let [said, seen] = ['', 0];
  const rest = [...script];
  child.stdout.on('data', (chunk) => {
    said += String(chunk);
    const [next] = rest;
    if (next === undefined || !next[0].test(said.slice(seen))) return;
    rest.shift();
    seen = said.length;
    child.stdin.write(next[1]);
  });
  const ended = Promise.withResolvers<number | null>();
  child.on('close', ended.resolve);
  return { code: await ended.promise, said };
}

describeWith(['slapd'], 'a directory of LDAP', () => {
  let slapd: LdapServer;
  beforeAll(async () => {
    slapd = await startSlapd();
  });
  afterAll(() => slapd?.remove());

  test('says itself what it is and where its people lie, is tried, and passes check', async () => {
    const output = join(await makePlace(), 'idpmap.yaml');
    const { code, said } = await answerBy('ldap', { output }, [
      [/LDAP server answers/, `ldap://127.0.0.1:${slapd.port}`],
      [/As whom/, slapd.bindDn],
      [/password/, slapd.password],
      [/Below which entry .*\[.*dc=example/i, slapd.base],
      [/Which server .*\[openldap\]/, ''],
      [/Domains/, 'example.test'],
      [/postmaster/, ''],
    ]);
    expect({ code, said }).toMatchObject({ code: EXIT.ok });
    expect(said).toMatch(/shows \d{3,} addresses: \S+@\S+, \S+@\S+, \S+@\S+ …/);
    const { code: verdict, text } = await checked(output);
    expect({ verdict, text }).toMatchObject({ verdict: EXIT.ok });
  });

  test('with a wrong password is told, and asked again', async () => {
    const output = join(await makePlace(), 'idpmap.yaml');
    const { said } = await answerBy('ldap', { output }, [
      [/LDAP server answers/, `ldap://127.0.0.1:${slapd.port}`],
      [/As whom/, slapd.bindDn],
      [/password/, 'mistyped-secret'],
      [/Below/, slapd.base],
      [/Which server/, ''],
      [/Domains/, 'example.test'],
      [/postmaster/, ''],
      [/failed .*password.*again, try or write/s, ''],
      [/LDAP server answers.*\[ldap:/, ''],
      [/As whom .*\[cn=/i, ''],
      [/password .*\[as before\]/, END],
    ]);
    expect(said).not.toContain('mistyped-secret');
  });

  test('is set up by options alone, its password staying where it is', async () => {
    const place = await makePlace();
    const [output, passwordFile] = [join(place, 'idpmap.yaml'), join(place, 'ldap.secret')];
    await writeFile(passwordFile, slapd.password);
    const url = [`ldap://127.0.0.1:${slapd.port}`];
    const { code } = await answerBy(
      'ldap',
      {
        output,
        passwordFile,
        url,
        bindDn: slapd.bindDn,
        base: slapd.base,
        domain: ['example.test'],
      },
      [],
    );
    expect(code).toBe(EXIT.ok);
    expect((await checked(output)).code).toBe(EXIT.ok);
    expect((await readdir(place)).toSorted()).toEqual(['idpmap.yaml', 'ldap.secret']);
  });

  test('in a terminal no password is seen, and it lies in a file of its owner alone', async () => {
    const place = await makePlace();
    const output = join(place, 'idpmap.yaml');
    const { code, said } = await inTerminal(
      ['ldap', '--output', output, '--domain', 'example.test', '--base', slapd.base],
      [
        [/LDAP server answers[^:]*[^]*: $/, `ldap://127.0.0.1:${slapd.port}\r`],
        [/As whom[^]*: $/, `${slapd.bindDn}\r`],
        [/password[^]*: $/, `${slapd.password}\r`],
        [/Which server[^]*: $/, '\r'],
        [/postmaster[^]*: $/, '\r'],
      ],
    );
    expect({ code, said }).toMatchObject({ code: EXIT.ok });
    expect(said).toContain(slapd.bindDn);
    expect(said).not.toContain(slapd.password);
    expect(await readFile(output, 'utf8')).not.toContain(slapd.password);
    expect((await stat(join(place, 'ldap.secret'))).mode & 0o777).toBe(0o600);
    expect((await checked(output)).code).toBe(EXIT.ok);
  });

  test('Ctrl-C in a terminal ends it with 130 and leaves nothing', async () => {
    const place = await makePlace();
    const { code, said } = await inTerminal(
      ['file', '--output', join(place, 'idpmap.yaml')],
      [
        [/people file[^]*: $/, '\r'],
        [/first accounts[^]*: $/, 'ann@example.org\r'],
        [/Domains[^]*: $/, '\u0003'],
      ],
    );
    expect({ code, said }).toMatchObject({ code: EXIT.interrupted });
    expect(await readdir(place)).toEqual([]);
  });
});

const TABLES = [
  'CREATE TABLE virtual_domains (name varchar(255))',
  "INSERT INTO virtual_domains VALUES ('example.org')",
  'CREATE TABLE virtual_users (email varchar(255))',
  "INSERT INTO virtual_users VALUES ('ann@example.org'), ('bob@example.org')",
  'CREATE TABLE virtual_aliases (source varchar(255), destination varchar(255))',
];

describe.each([
  ['postgresql', 'PostgreSQL', 'postgresql'],
  ['mysql', 'MySQL, MariaDB', 'mariadb'],
] as const)('%s', (kind, name, requirement) => {
  describeWith([requirement], `a database of ${name}`, () => {
    let server: SqlServer;
    beforeAll(async () => {
      server = await startSqlServer(kind, { statements: TABLES });
    });
    afterAll(() => server?.remove());

    test('is tried, shows its people, and passes check', async () => {
      const output = join(await makePlace(), 'idpmap.yaml');
      const { code, said } = await answerBy(kind, { output }, [
        [/servers/, `127.0.0.1:${server.port}`],
        [/name of the database/, ACCESS.database],
        [/The login .*\[idpmap\]/, ACCESS.user],
        [/Its password .*nothing where the login is yet to be made/, ACCESS.password],
        [/Whose tables/, 'virtual_users'],
        [/Domains/, 'example.org'],
      ]);
      expect({ code, said }).toMatchObject({ code: EXIT.ok });
      expect(said).toContain('shows 2 addresses: ann@example.org, bob@example.org');
      expect(await readFile(output, 'utf8')).toContain('{ file: virtual-users.secret }');
      const { code: verdict, text } = await checked(output);
      expect({ verdict, text }).toMatchObject({ verdict: EXIT.ok });
    });
  });
});
