import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { EXIT } from '../../src/cli/exit.ts';
import { importLdapTables } from '../../src/cli/importldap.ts';
import { loadSettings } from '../../src/settings.ts';
import { capture } from '../support/command.ts';
import { makePlace } from '../support/instance.ts';

/** The least that a table needs. */
const LEAST = 'bind = no\nsearch_base = dc=x\n';

describe('the command', () => {
  /** Runs it on one file; gives what it prints, and what it says on standard error. */
  async function run(text: string) {
    const file = join(await makePlace(), 'users.cf');
    await writeFile(file, text);
    const said: string[] = [];
    const write = vi.spyOn(process.stderr, 'write').mockImplementation((part) => {
      said.push(String(part));
      return true;
    });
    try {
      return { file, said, ...(await capture(() => importLdapTables([file], { keys: 'host' }))) };
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

  test('never prints a password', async () => {
    const { text, said } = await run(
      `search_base = dc=x\nbind_dn = cn=p\nbind_pw = s3cret-$x\nbind_pw_old = s3cret-2\n`,
    );
    expect(`${text}${said.join('')}`).not.toContain('s3cret');
    expect(text).toContain('file: /etc/idpmap/ldap.password');
  });

  test("says which file can't be read", async () => {
    await expect(importLdapTables(['/nowhere/x.cf'], { keys: 'exact' })).rejects.toMatchObject({
      code: EXIT.data,
      message: expect.stringContaining("/nowhere/x.cf can't be read: ENOENT"),
    });
  });
});
