import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { EXIT } from '../../../src/cli/exit.ts';
import { importLdapTables } from '../../../src/cli/import/ldap.ts';
import { loadSettings } from '../../../src/settings.ts';
import { capture } from '../../support/command.ts';
import { makePlace } from '../../support/instance.ts';

/** The least that a table needs. */
const LEAST = 'bind = no\nsearch_base = dc=x\n';

describe('the command', () => {
  /** Runs it on one file; gives what it prints, and what it says on standard error. */
  const run = async (text: string) => {
    const file = join(await makePlace(), 'users.cf');
    await writeFile(file, text);
    return { file, ...(await runWith([file], { keys: 'host' })) };
  };

  async function runWith(...given: Parameters<typeof importLdapTables>) {
    const said: string[] = [];
    const write = vi.spyOn(process.stderr, 'write').mockImplementation((part) => {
      said.push(String(part));
      return true;
    });
    try {
      return { said, ...(await capture(() => importLdapTables(...given))) };
    } finally {
      write.mockRestore();
    }
  }

  test('prints a configuration that loads', async () => {
    const { text, code, said } = await run(
      `${LEAST}scope = one\nquery_filter = (&(mail=%s)(x=a: b # c))\nspecial_result_attribute = member\ndereference = 1\n`,
    );
    const path = join(await makePlace(), 'idpmap.yaml');
    await writeFile(path, `${text}domains: { example.org: { directory: ldap } }\n`);
    const { settings } = await loadSettings({ environment: {}, file: path });
    expect(settings.directories['ldap']).toMatchObject({
      type: 'ldap',
      tables: {
        users: {
          scope: 'one',
          queryFilter: '(&(mail=%s)(x=a: b # c))',
          specialResultAttributes: ['member'],
          dereference: 'search',
        },
      },
    });
    expect(settings.maps['users']).toMatchObject({ kind: 'table', keys: 'host' });
    expect(said).toEqual([]);
    expect(code).toBe(EXIT.ok);
  });

  test('names what it left out on standard error and in comments', async () => {
    const { text, code, said, file } = await run(`${LEAST}cache = yes\njust words\n`);
    expect(said).toEqual([
      `${file}:4: MISSING: this line is no "name = value"\n`,
      `${file}:3: cache: Postfix passes it over as well, and idpmap remembers answers: see memory\n`,
    ]);
    for (const line of said) expect(text).toContain(`#   ${line}`);
    expect(parse(text)).toHaveProperty('directories.ldap.tables.users');
    expect(code).toBe(EXIT.data);
  });

  test.each([
    'leaf_result_attribute = mail,employeeType #,description\n',
    'result_attribute = "mail", uid\n',
    'terminal_result_attribute = a/b maildrop\n',
  ])('prints what loads of an attribute that is none: %j', async (line) => {
    const { text, code, said } = await run(`${LEAST}${line}`);
    const path = join(await makePlace(), 'idpmap.yaml');
    await writeFile(path, `${text}domains: { example.org: { directory: ldap } }\n`);
    await loadSettings({ environment: {}, file: path });
    expect(said.join('')).toContain('is no attribute: left out');
    expect(code).toBe(EXIT.ok);
  });

  test.each([
    ['search_base = ou=%x\n', /directories\.ldap\.tables\.users\.searchBase/],
    ['query_filter = (mail=%s\n', /directories\.ldap\.tables\.users\.queryFilter/],
    ['result_format = %9%q\n', /directories\.ldap\.tables\.users\.resultFormat/],
    ['server_host = ldap://\n', /directories\.ldap\.urls/],
  ])('says why what it prints does not load: %j', async (line, path) => {
    const { code, said } = await run(`${LEAST}${line}`);
    expect(said.join('')).toMatch(path);
    expect(said.join('')).toContain('MISSING: what is printed does not load');
    expect(code).toBe(EXIT.data);
  });

  test('takes a file in Latin-1 for what it says, and tells of each value', async () => {
    const file = join(await makePlace(), 'users.cf');
    const text = '# für alle\nbind = no\nsearch_base = ou=Bürokräfte,dc=x\n';
    await writeFile(file, Buffer.from(text, 'latin1'));
    const { text: printed, said, code } = await runWith([file], { keys: 'exact' });
    expect(parse(printed).directories.ldap.base).toBe('ou=Bürokräfte,dc=x');
    expect(said).toEqual([expect.stringMatching(`^${file}:3: search_base: it is not UTF-8`)]);
    expect(code).toBe(EXIT.ok);
  });

  test('is not disturbed by other letters in a comment, nor by a byte order mark', async () => {
    const file = join(await makePlace(), 'users.cf');
    await writeFile(file, Buffer.from(`# für alle\n${LEAST}`, 'latin1'));
    expect((await runWith([file], { keys: 'exact' })).said).toEqual([]);
    await writeFile(file, `\ufeff${LEAST}`);
    expect((await runWith([file], { keys: 'exact' })).said).toEqual([]);
  });

  test('reads what domain names, be it a file or another table', async () => {
    const place = await makePlace();
    const [users, domains, mine] = ['users.cf', 'domains', 'mine.cf'].map((name) =>
      join(place, name),
    );
    if (users === undefined || domains === undefined || mine === undefined) throw new Error('few');
    await writeFile(users, `${LEAST}domain = ${domains}, ldap:${mine}\n`);
    await writeFile(domains, 'example.org\n');
    await writeFile(mine, LEAST);
    const { text, code } = await runWith([users], { keys: 'exact' });
    expect(parse(text).directories.ldap.tables).toEqual({
      users: { domain: ['example.org'], domainTable: 'mine' },
      mine: {},
    });
    expect(code).toBe(EXIT.ok);
  });

  test('never prints a password', async () => {
    const { text, said } = await run(
      `search_base = dc=x\nbind_dn = cn=p\nbind_pw = s3cret-$x\nbind_pw_old = s3cret-2\n`,
    );
    expect(`${text}${said.join('')}`).not.toContain('s3cret');
    expect(text).toContain('file: /etc/idpmap/ldap.password');
  });

  /** Writes files that need no more; gives their paths. */
  async function writeAll(...names: readonly string[]) {
    const place = await makePlace();
    const paths = names.map((name) => join(place, name));
    for (const path of paths) await writeFile(path, LEAST);
    return paths;
  }

  test('makes one map of the tables of a line of main.cf, in order', async () => {
    const [a = '', b = '', c = ''] = await writeAll('a.cf', 'b.cf', 'c.cf');
    const line = `virtual_alias_maps = ldap:${b}, proxy:ldap:${a}`;
    const { text, code, said } = await runWith([c], { keys: 'exact', map: [line] });
    expect(parse(text).maps).toEqual({
      virtual_alias_maps: { kind: 'table', directory: 'ldap', table: ['b', 'a'], keys: 'virtual' },
      c: { kind: 'table', directory: 'ldap', table: 'c' },
    });
    expect(text).toContain(
      `virtual_alias_maps = ldap:${b}, ldap:${a} becomes virtual_alias_maps = socketmap:inet:127.0.0.1:9100:virtual_alias_maps`,
    );
    expect([code, said]).toEqual([EXIT.ok, []]);
  });

  test('makes one map of files that are asked for parts of a key, and says so', async () => {
    const [a = '', b = ''] = await writeAll('a.cf', 'b.cf');
    const { text, code, said } = await runWith([a, b], { keys: 'address' });
    expect(parse(text).maps).toEqual({
      a: { kind: 'table', directory: 'ldap', table: ['a', 'b'], keys: 'address' },
    });
    expect(said).toEqual([
      expect.stringMatching(`^--keys address: the map a asks ${a}, ${b} in this order`),
    ]);
    expect(code).toBe(EXIT.ok);
  });

  test('names tables that a line has besides', async () => {
    const [a = ''] = await writeAll('a.cf');
    const map = [`virtual_alias_maps = hash:/etc/virtual, ldap:${a}`];
    const { code, said } = await runWith([], { keys: 'exact', map });
    expect(said).toEqual([
      expect.stringMatching(/^--map virtual_alias_maps: MISSING: hash:\/etc\/virtual is no ldap/),
    ]);
    expect(code).toBe(EXIT.data);
  });

  test.each([
    [[], 'name the files, or --map PARAMETER=FILE,FILE'],
    [['x=a.cf'], '--map "x" is none of the parameters known here'],
  ])('is not to be called with nothing, or with lines that mean nothing: %j', async (map, says) => {
    await expect(importLdapTables([], { keys: 'exact', map })).rejects.toMatchObject({
      code: EXIT.usage,
      message: expect.stringContaining(says),
    });
  });

  test("says which file can't be read", async () => {
    await expect(importLdapTables(['/nowhere/x.cf'], { keys: 'exact' })).rejects.toMatchObject({
      code: EXIT.data,
      message: expect.stringContaining("/nowhere/x.cf can't be read: ENOENT"),
    });
  });
});
