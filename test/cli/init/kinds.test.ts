import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { check } from '../../../src/cli/check/check.ts';
import { EXIT } from '../../../src/cli/exit.ts';
import { capture } from '../../support/command.ts';
import { answerBy, END } from '../../support/dialogue.ts';
import { makePlace } from '../../support/instance.ts';
import { findFreePorts } from '../../support/loopback.ts';

/** What `idpmap check` says of a file. */
const checked = (config: string) =>
  capture(() => check({ config, queueDirectory: '/var/spool/postfix' }));

describe('SQLite', () => {
  async function makeUsers() {
    const place = await makePlace();
    const path = join(place, 'mail.sqlite');
    const database = new DatabaseSync(path);
    database.exec(`
      CREATE TABLE virtual_domains (name TEXT); INSERT INTO virtual_domains VALUES ('example.org');
      CREATE TABLE virtual_users (email TEXT); INSERT INTO virtual_users VALUES ('ann@example.org'), ('bob@example.org');
      CREATE TABLE virtual_aliases (source TEXT, destination TEXT);`);
    database.close();
    return { path, output: join(place, 'idpmap.yaml') };
  }

  test('is tried, shows its people, and passes check', async () => {
    const { path, output } = await makeUsers();
    const { code, said } = await answerBy('sqlite', { output }, [
      [/file of SQLite/, path],
      [/Whose tables/, 'virtual_users'],
      [/Domains/, 'example.org'],
    ]);
    expect(said).toContain('shows 2 addresses: ann@example.org, bob@example.org');
    expect(code).toBe(EXIT.ok);
    expect((await checked(output)).code).toBe(EXIT.ok);
  });

  test('with tables of another product is told, and all is asked again with what was answered', async () => {
    const { path, output } = await makeUsers();
    const { code, said } = await answerBy('sqlite', { output, path }, [
      [/Whose tables/, 'postfixadmin'],
      [/Domains/, 'example.org'],
      [/no such table.*again, try or write/s, ''],
      [/file of SQLite \[.*mail\.sqlite\]/, ''],
      [/Whose tables .*\[postfixadmin\]/, 'virtual_users'],
      [/Domains .*\[example\.org\]/, ''],
    ]);
    expect({ code, said }).toMatchObject({ code: EXIT.ok });
    expect((await checked(output)).code).toBe(EXIT.ok);
  });
});

describe('Keycloak', () => {
  test('has its client made by commands where there is none yet, and is not tried', async () => {
    const place = await makePlace();
    const output = join(place, 'idpmap.yaml');
    const { text } = await capture(async () => {
      const { code, said } = await answerBy('keycloak', { output }, [
        [/Where Keycloak answers/, 'https://sso.example.org/realms/staff'],
        [/more than the base URL.*Where Keycloak answers/s, 'https://sso.example.org'],
        [/realm/, 'master'],
        [/administrators.*realm/s, 'staff'],
        [/Domains/, 'example.org'],
        [/aliases/, 'mailAlias'],
        [/group attribute/, ''],
        [/client/, ''],
        [/secret/, ''],
      ]);
      expect(said).toContain('Not tried: its client is yet to be made.');
      expect({ code, said }).toMatchObject({ code: EXIT.ok });
      return EXIT.ok;
    });
    expect(text).toContain('kcadm.sh create clients -r staff');
    expect(text).not.toContain('directories:');
    const config = await readFile(output, 'utf8');
    expect(config).toContain('clientSecret: { file: staff.secret }');
    expect(config).toContain('aliasAttribute: mailAlias');
  });

  test('that does not answer is told; written all the same, its secret is for its owner alone', async () => {
    const place = await makePlace();
    const output = join(place, 'idpmap.yaml');
    const [port] = await findFreePorts(1);
    const url = `http://127.0.0.1:${port}`;
    const { code, said } = await answerBy('keycloak', { output, url, realm: 'staff' }, [
      [/Domains/, 'example.org'],
      [/aliases/, ''],
      [/group attribute/, ''],
      [/client/, ''],
      [/secret/, 'confidential'],
      [/failed .*again, try or write/s, 'write'],
    ]);
    expect({ code, said }).toMatchObject({ code: EXIT.ok });
    expect(said).not.toContain('confidential');
    expect(await readFile(output, 'utf8')).not.toContain('confidential');
    const secret = join(place, 'staff.secret');
    expect(await readFile(secret, 'utf8')).toBe('confidential\n');
    expect((await stat(secret)).mode & 0o777).toBe(0o600);
  });
});

test('a server of LDAP that does not answer is told before anything else is asked', async () => {
  const [port] = await findFreePorts(1);
  const { said } = await answerBy('ldap', {}, [
    [/LDAP server answers/, 'sso.example.org'],
    [/LDAP server answers/, `ldap://127.0.0.1:${port}`],
    [/ECONNREFUSED.*LDAP server answers.*\[ldap:/s, END],
  ]);
  expect(said).toContain('ECONNREFUSED');
  expect(said).toContain('write ldaps://ldap.example.org');
});

test.each(['postgresql', 'mysql'] as const)(
  'a %s whose login is yet to be made is not tried, and its commands are printed',
  async (name) => {
    const place = await makePlace();
    const output = join(place, 'idpmap.yaml');
    const { text } = await capture(async () => {
      const { code, said } = await answerBy(name, { output }, [
        [/servers/, ''],
        [/name of the database/, 'mail'],
        [/login/, ''],
        [/password/, ''],
        [/Whose tables/, 'postfixadmin'],
        [/Domains/, ''],
      ]);
      expect({ code, said }).toMatchObject({ code: EXIT.ok });
      return EXIT.ok;
    });
    expect(text).toContain('GRANT SELECT');
    expect(await readFile(output, 'utf8')).toContain('password: { file: postfixadmin.password }');
  },
);
