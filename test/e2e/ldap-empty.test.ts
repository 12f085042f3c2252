import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { importLdapTables } from '../../src/cli/import/ldap.ts';
import { lookup } from '../../src/cli/lookup.ts';
import { capture } from '../support/command.ts';
import { runCommand } from '../support/daemon.ts';
import type { NewEntry } from '../support/ldap/ldif.ts';
import { startPlainSlapd } from '../support/ldap/plain-slapd.ts';
import { run } from '../support/ldap/run.ts';
import type { LdapServer } from '../support/ldap/server.ts';
import { writeSettled } from '../support/postfix/settled.ts';
import { describeWith } from '../support/requirement.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';

const domain = (dc: string, dn: string): NewEntry => ({
  dn,
  attributes: { objectClass: ['dcObject', 'organization'], o: 'o', dc },
});

const person = (uid: string, dn: string, mail: string): NewEntry => ({
  dn: `uid=${uid},${dn}`,
  attributes: {
    objectClass: ['inetOrgPerson', 'extensibleObject'],
    cn: uid,
    sn: uid,
    uid,
    mail,
    maildrop: uid,
  },
});

/** A server whose suffix is the root, as Zimbra's and Carbonio's are: people in two trees. */
const ENTRIES: readonly NewEntry[] = [
  domain('org', 'dc=org'),
  domain('example', 'dc=example,dc=org'),
  person('ann', 'dc=example,dc=org', 'ann@example.org'),
  domain('net', 'dc=net'),
  person('nia', 'dc=net', 'nia@second.net'),
  person('mary-ann', 'dc=net', 'mary-ann@second.net'),
];

/** A table's settings; those of a case stand in their place. */
const USUAL: Readonly<Record<string, string>> = {
  version: '3',
  search_base: 'dc=example,dc=org',
  query_filter: '(mail=%s)',
  result_attribute: 'mail',
};

/** Settings whose value is the empty text, alone or beside others, or which are missing (`-`). */
const CASES: readonly (readonly [name: string, settings: Readonly<Record<string, string>>])[] = [
  ['nothing', {}],
  ['search_base', { search_base: '' }],
  ['a missing search_base', { search_base: '-' }],
  ['query_filter', { query_filter: '' }],
  ['result_attribute', { result_attribute: '' }],
  ['a missing result_attribute', { result_attribute: '-' }],
  ['result_format', { result_format: '' }],
  ['result_format beside result_filter', { result_format: '', result_filter: 'x%s' }],
  ['result_filter', { result_filter: '' }],
  ['result_filter beside result_format', { result_format: 'x%s', result_filter: '' }],
  ['domain', { domain: '' }],
  ['a list of no domain', { domain: ',' }],
  ['special_result_attribute', { special_result_attribute: '' }],
  ['leaf_result_attribute', { leaf_result_attribute: '' }],
  ['terminal_result_attribute', { terminal_result_attribute: '' }],
  ['scope', { scope: '' }],
  ['server_host', { server_host: '' }],
  ['server_port', { server_port: '' }],
  ['timeout', { timeout: '' }],
  ['size_limit', { size_limit: '' }],
  ['expansion_limit', { expansion_limit: '' }],
  ['recursion_limit', { recursion_limit: '' }],
  ['dereference', { dereference: '' }],
  ['chase_referrals', { chase_referrals: '' }],
  ['start_tls', { start_tls: '' }],
  ['bind', { bind: '' }],
  ['bind_dn', { bind_dn: '', bind_pw: '' }],
  ['tls_ca_cert_file', { tls_ca_cert_file: '', tls_cert: '', tls_key: '' }],
  ['tls_ca_cert_dir', { tls_ca_cert_dir: '', tls_cipher_suite: '' }],
];

/** A busy machine of the tests is no fault of the server. */
const PATIENT = { timeout: '20s', connectTimeout: '20s', searchTimeout: '20s' };

const KEYS = ['ann@example.org', 'nia@second.net', 'nobody@example.org'];

describeWith(['postfix', 'postfixLdap', 'slapd'], 'an empty setting of an ldap table', () => {
  const resources = new AsyncDisposableStack();
  let place: string;
  let server: LdapServer;

  beforeAll(async () => {
    const temporary = await makeTemporaryDirectory('idpmap-empty');
    resources.defer(() => temporary.remove());
    place = temporary.path;
    server = await startPlainSlapd({ suffix: '', entries: ENTRIES });
    resources.defer(() => server.remove());
    await writeFile(join(place, 'password'), server.password);
    await writeSettled(join(place, 'main.cf'), 'compatibility_level = 3.6\n');
  });
  afterAll(() => resources.disposeAsync());

  async function writeTable(settings: Readonly<Record<string, string>>): Promise<string> {
    const { port, bindDn: bind_dn, password: bind_pw } = server;
    const all = {
      ...USUAL,
      server_host: `ldap://127.0.0.1:${port}`,
      bind_dn,
      bind_pw,
      ...settings,
    };
    const lines = Object.entries(all).flatMap(([name, value]) =>
      value === '-' ? [] : [`${name} = ${value}\n`],
    );
    const file = join(place, 'table.cf');
    await writeSettled(file, lines.join(''));
    return file;
  }

  /** What Postfix's own table says of all keys; absent: it does not work. */
  async function askOwn(file: string): Promise<Readonly<Record<string, string>> | undefined> {
    try {
      const said = await run(
        'postmap',
        ['-c', place, '-q', '-', `ldap:${file}`],
        `${KEYS.join('\n')}\n`,
      );
      return Object.fromEntries(
        said
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => line.split('\t', 2)),
      );
    } catch (error) {
      // 1 and no word: it found nothing.
      if (error instanceof Error && 'stderr' in error && error.stderr === '') return {};
      return undefined;
    }
  }

  /** Writes the imported configuration with its password; gives the file and what was said. */
  async function importTable(file: string) {
    const said: string[] = [];
    const write = vi.spyOn(process.stderr, 'write').mockImplementation((part) => {
      said.push(String(part));
      return true;
    });
    const { code, text } = await capture(() => importLdapTables([file], { keys: 'exact' })).finally(
      () => write.mockRestore(),
    );
    const printed = parse(text);
    const { ldap } = printed.directories;
    if (ldap.bind?.dn !== undefined) ldap.bind.password = { file: 'password' };
    Object.assign(ldap, PATIENT);
    const domains = { 'example.org': { directory: 'ldap' } };
    const config = join(place, 'idpmap.yaml');
    await writeFile(
      config,
      stringify({ ...printed, deadline: '40s', control: 'control', domains }),
    );
    return { code, stderr: said.join(''), ldap, config };
  }

  async function askOurs(config: string): Promise<Readonly<Record<string, string>>> {
    const found: Record<string, string> = {};
    for (const key of KEYS) {
      const { text } = await capture(() => lookup('table', key, { direct: true, config }));
      const { data } = /^OK (?<data>.*)$/m.exec(text)?.groups ?? {};
      if (data !== undefined) found[key] = data;
      else if (!text.startsWith('NOTFOUND')) found[key] = text;
    }
    return found;
  }

  test.each(CASES)('is taken as Postfix takes it: %s', async (_, settings) => {
    const file = await writeTable(settings);
    const own = await askOwn(file);
    const { code, config } = await importTable(file);
    // What Postfix refuses, or what answers nothing at all, is never carried over without a word.
    if (code !== 0) return expect(own ?? {}).toEqual({});
    const ours = await askOurs(config);
    if (own !== undefined) return expect(ours).toEqual(own);
    expect(KEYS.filter((key) => !ours[key]?.startsWith('TEMP'))).toEqual([]);
  });

  test('search_base makes the root of it, and says so', async () => {
    const { code, stderr, ldap, config } = await importTable(await writeTable({ search_base: '' }));
    expect(ldap.base).toBe('');
    expect(stderr).toContain('search_base: it is empty, so it is the root');
    expect(code).toBe(0);
    expect(await askOurs(config)).toEqual({
      'ann@example.org': 'ann@example.org',
      'nia@second.net': 'nia@second.net',
    });
  });

  test('check tells of people there whose address holds a delimiter', async () => {
    const { bindDn: dn, port } = server;
    const config = join(place, 'check.yaml');
    const directory = {
      type: 'ldap',
      urls: `ldap://127.0.0.1:${port}`,
      bind: { dn, password: { file: 'password' } },
      base: 'dc=net',
    };
    const settings = {
      recipientDelimiter: '+-',
      control: 'control',
      domains: { 'second.net': { directory: 'staff' } },
      directories: { staff: directory },
    };
    await writeFile(config, stringify(settings));
    const { stdout } = await runCommand(['check', '--config', config]);
    expect(stdout).toMatch(
      /^warning directory staff: recipientDelimiter "\+-" occurs in mary-ann@second.net: mail for mary-ann\+x@second.net goes to mary@second.net/m,
    );
  });
});
