import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { check } from '../../../src/cli/check.ts';
import { EXIT } from '../../../src/cli/exit.ts';
import { initByAsking } from '../../../src/cli/init/ask/wizard.ts';
import { KINDS, type KindName } from '../../../src/cli/init/begin.ts';
import { capture } from '../../support/command.ts';
import { answerBy, END } from '../../support/dialogue.ts';
import { makePlace } from '../../support/instance.ts';
import { findFreePorts } from '../../support/loopback.ts';

/** What `idpmap check` says of a file. */
const checked = (config: string) =>
  capture(() => check({ config, queueDirectory: '/var/spool/postfix' }));

/** As a script of a machine's would call it: nobody is there. */
async function unasked(name: KindName, options: object) {
  const told: string[] = [];
  const { code, text } = await capture(() =>
    initByAsking(
      name,
      KINDS[name],
      { ...options },
      {
        isPiped: true,
        tell: (line) => told.push(line),
      },
    ),
  );
  return { code, text, told: told.join('\n') };
}

describe('a people file', () => {
  test('is begun with the first accounts, shown, and passes check', async () => {
    const place = await makePlace();
    const output = join(place, 'idpmap.yaml');
    const { code, said } = await answerBy('file', { output }, [
      [/people file/, ''],
      [/first accounts/, 'ann@example.org bob@example.org cy@example.org dee@example.org'],
      [/Domains .*\[example\.org\]/, ''],
      [/postmaster .*\[ann@example\.org\]/, ''],
    ]);
    expect(said).toContain('shows 4 addresses: ann@example.org, bob@example.org, cy@example.org …');
    expect(code).toBe(EXIT.ok);
    const { code: verdict, text } = await checked(output);
    expect(verdict, text).toBe(EXIT.ok);
    expect(text).not.toMatch(/^(?:warning|failed)/m);
  });

  test('that is there is taken as it is', async () => {
    const place = await makePlace();
    const people = join(place, 'ours.yaml');
    await writeFile(people, 'accounts: [{ address: ann@example.org }]\n');
    const output = join(place, 'idpmap.yaml');
    const { code } = await unasked('file', { people, domain: ['example.org'], output });
    expect(code).toBe(EXIT.ok);
    expect(await readdir(place)).toEqual(['idpmap.yaml', 'ours.yaml']);
    expect((await checked(output)).code).toBe(EXIT.ok);
  });

  test('with a mistake is told, and asked for again', async () => {
    const place = await makePlace();
    const people = join(place, 'ours.yaml');
    await writeFile(people, 'accounts: [{ adress: ann@example.org }]\n');
    const { said } = await answerBy('file', {}, [
      [/people file/, people],
      [/adress.*people file/s, END],
    ]);
    expect(said).toMatch(/ours\.yaml:1:.*adress/);
  });
});

describe('an answer', () => {
  test('that can not be meant is told with the remedy, and asked for again', async () => {
    const { said } = await answerBy('file', {}, [
      [/people file/, ''],
      [/first accounts/, 'ann'],
      [/first accounts/, END],
    ]);
    expect(said).toContain('ann is none, write it like ann@example.org');
  });

  test('is not asked for where an option gives it', async () => {
    const place = await makePlace();
    const output = join(place, 'idpmap.yaml');
    const { code, said } = await answerBy('file', { output, domain: ['example.net'] }, [
      [/people file/, ''],
      [/first accounts/, 'ann@example.org'],
      [/postmaster/, ''],
    ]);
    expect(code).toBe(EXIT.ok);
    expect(said).not.toContain('Domains of your mail');
    expect(said).toContain('none of these is at example.net');
  });

  test('of a wrong option is no question where nobody is there', async () => {
    await expect(unasked('file', { account: ['ann'] })).rejects.toMatchObject({
      code: EXIT.usage,
      message: '--account ann is none, write it like ann@example.org',
    });
  });
});

test.each([
  ['file', '--account'],
  ['ldap', '--url, --bind-dn, --password-file'],
  ['keycloak', '--url, --realm, --domain'],
  ['postgresql', '--database, --preset'],
  ['mysql', '--database, --preset'],
  ['sqlite', '--path, --preset'],
] as const)(
  'without a terminal init %s says in one line that it lacks %s',
  async (name, lacking) => {
    await expect(unasked(name, {})).rejects.toMatchObject({
      code: EXIT.usage,
      message: `init ${name} lacks ${lacking}: add what is missing, or run it in a terminal, where it asks`,
    });
  },
);

describe('what is there', () => {
  test('is not overwritten unless that is answered', async () => {
    const place = await makePlace();
    const [output, other] = [join(place, 'idpmap.yaml'), join(place, 'other.yaml')];
    await writeFile(output, 'mine');
    const { code } = await answerBy('file', { output }, [
      [/people file/, ''],
      [/first accounts/, 'ann@example.org'],
      [/Domains/, ''],
      [/postmaster/, ''],
      [/is there already/, other],
    ]);
    expect(code).toBe(EXIT.ok);
    expect(await readFile(output, 'utf8')).toBe('mine');
    expect((await checked(other)).code).toBe(EXIT.ok);
  });

  test('is not overwritten without --force where nobody can be asked', async () => {
    const place = await makePlace();
    const output = join(place, 'idpmap.yaml');
    await writeFile(output, 'mine');
    const options = { account: ['ann@example.org'], output };
    await expect(unasked('file', options)).rejects.toMatchObject({ code: EXIT.data });
    expect(await readdir(place)).toEqual(['idpmap.yaml']);
    expect(await readFile(output, 'utf8')).toBe('mine');
    expect((await unasked('file', { ...options, force: true })).code).toBe(EXIT.ok);
    expect((await checked(output)).code).toBe(EXIT.ok);
  });
});

test('the end of the input leaves nothing written', async () => {
  const place = await makePlace();
  const output = join(place, 'idpmap.yaml');
  const { code } = await answerBy('file', { output }, [
    [/people file/, ''],
    [/first accounts/, 'ann@example.org'],
    [/Domains/, END],
  ]);
  expect(code).toBe('no more answers: nothing was written');
  expect(await readdir(place)).toEqual([]);
});

test('of files that can not all be written none is', async () => {
  const place = await makePlace();
  const output = join(place, 'missing', 'idpmap.yaml');
  await mkdir(join(place, 'beside'));
  await expect(unasked('file', { account: ['ann@example.org'], output })).rejects.toMatchObject({
    code: EXIT.data,
    message: expect.stringContaining(`can't be written`),
  });
  expect(await readdir(place)).toEqual(['beside']);
});

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
      [/no such table.*again or write/s, ''],
      [/file of SQLite \[.*mail\.sqlite\]/, ''],
      [/Whose tables .*\[postfixadmin\]/, 'virtual_users'],
      [/Domains .*\[example\.org\]/, ''],
    ]);
    expect(code, said).toBe(EXIT.ok);
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
      expect(code, said).toBe(EXIT.ok);
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
      [/failed .*again or write/s, 'write'],
    ]);
    expect(code, said).toBe(EXIT.ok);
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
      expect(code, said).toBe(EXIT.ok);
      return EXIT.ok;
    });
    expect(text).toContain('GRANT SELECT');
    expect(await readFile(output, 'utf8')).toContain('password: { file: postfixadmin.password }');
  },
);

test('without a place it is printed, and the commands write the people file', async () => {
  const { text, told } = await unasked('file', { account: ['ann@example.org'] });
  expect(told).toContain('shows 1 address: ann@example.org');
  expect(text).toMatch(/^directories:$/m);
  expect(text).toMatch(/^cat >people\.yaml <<'END'$/m);
});
