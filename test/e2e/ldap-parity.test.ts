import { afterAll, beforeAll, expect, test } from 'vitest';
import { PERSONS, TEAMS } from '../support/ldap/population.ts';
import type { LdapServer } from '../support/ldap/server.ts';
import { startSlapd } from '../support/ldap/slapd.ts';
import { type Parity, startParity, thousandKeys } from '../support/parity.ts';
import { describeWith } from '../support/requirement.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';

/** Tables as administrators have them for Postfix, without the lines that all share. */
const TABLES: Readonly<Record<string, string>> = {
  mailboxes: `
query_filter = (&(objectClass=inetOrgPerson)(mail=%s)(!(mailEnabled=FALSE)))
result_attribute = mail
`,
  aliases: `
query_filter = (&(objectClass=inetOrgPerson)
  (mailAlternateAddress=%s))
result_attribute = mail
`,
  groups: `
search_base = ou=groups,dc=example,dc=test
query_filter = (|(mail=%s)(mailAlternateAddress=%s))
result_attribute = mgrpRFC822MailMember
special_result_attribute = member
leaf_result_attribute = mail
`,
  storage: `
search_base = ou=people,dc=example,dc=test
scope = one
query_filter = (&(uid=%u)(mail=*@%d))
result_attribute = uid
result_format = %1/%D/%s/
domain = example.test, xn--bcher-kva.example
`,
};

/** How Postfix reaches the server. */
const shared = ({ port, base, bindDn, password }: LdapServer): string => `version = 3
server_host = ldap://127.0.0.1:${port}
bind = yes
bind_dn = ${bindDn}
bind_pw = ${password}
search_base = ${base}
`;

/** What clients write between the brackets, and attackers into filters. */
const ODD = [
  "o'hara@example.test",
  'a+b@example.test',
  'x*y@example.test',
  'p(q)@example.test',
  'ann+news@example.test',
  'Ann@EXAMPLE.test',
  ' ann@example.test',
  'a nn@example.test',
  '"ann"@example.test',
  'ann@elsewhere@example.test',
  '@example.test',
  'ann@',
  '@',
  'ann',
  'example.test',
  'ann@example.org',
  'ann@xn--bcher-kva.example',
  'ann@.example.test',
  'jürgen@example.test',
  'ann@例え.example',
  '*',
  '*@example.test',
  'a*@example.test',
  '*)(mail=*',
  '*)(objectClass=*',
  'ann@example.test)(mail=bob@example.test',
  '))',
  '((',
  '(|(mail=*))',
  'ann@example.test\\',
  'ann\\2a@example.test',
  '\\2a',
  '\\00',
  '%s',
  '%s@example.test',
  '%u@%d',
  '%%',
  'ann@%s',
  'uid=ann,ou=people,dc=example,dc=test',
  'ann,ou=people@example.test',
  'ann=bob;cy@example.test',
  '#ann@example.test',
  '<ann@example.test>',
  '""',
  '<>',
  '127.0.0.1',
  '[127.0.0.1]',
  `${'a'.repeat(250)}@example.test`,
  `${'a'.repeat(300)}@example.test`,
  'a'.repeat(300),
];

/** One address in two spellings: idpmap knows that, as everywhere; Postfix's tables compare text. */
const SPELLINGS: readonly (readonly [written: string, plain: string])[] = [
  ['ann@example.test.', 'ann@example.test'],
  ['buch@bücher.example', 'buch@xn--bcher-kva.example'],
];

/** Postfix follows a circle until its `recursion_limit`, and then fails; idpmap gives the members. */
const CIRCLES = ['loop1@example.test', 'loop2@example.test'];

/** Those that are there, in the spelling of the directory and others, and those that are not. */
function makeKeys(): readonly string[] {
  const people = PERSONS.slice(0, 400).flatMap(({ mail, aliases }) => [...mail, ...aliases]);
  const teams = TEAMS.map(({ mail }) => mail).filter((mail) => !CIRCLES.includes(mail));
  const there = [...people, ...teams];
  return thousandKeys([
    ...ODD,
    ...there,
    ...there.slice(0, 200).map((key) => key.toUpperCase()),
    ...PERSONS.slice(0, 100).map(({ id }) => id),
  ]);
}

const KEYS = makeKeys();

const PASSWORD = { password: { file: 'password' } };

describeWith(['postfix', 'postfixLdap', 'slapd'], "Postfix's own ldap tables and idpmap", () => {
  const resources = new AsyncDisposableStack();
  let parity: Parity;

  beforeAll(async () => {
    const temporary = await makeTemporaryDirectory('idpmap-parity');
    resources.defer(() => temporary.remove());
    const server = await startSlapd();
    resources.defer(() => server.remove());
    const tables = Object.entries(TABLES).map(([name, lines]) => [
      name,
      `${shared(server)}${lines}`,
    ]);
    parity = await startParity(
      {
        type: 'ldap',
        place: temporary.path,
        tables: Object.fromEntries(tables),
        password: server.password,
        complete: (section) => Object.assign(Object(section['bind']), PASSWORD),
      },
      resources,
    );
  });
  afterAll(() => resources.disposeAsync());

  test.each(Object.keys(TABLES))('agree on a thousand keys of %s', async (name) => {
    const own = await parity.own(name, KEYS);
    expect(await parity.ours(name, KEYS)).toEqual(own);
    expect(Object.keys(own).length).toBeGreaterThan(5);
  });

  test.each(SPELLINGS)('differ on %s, which idpmap takes for %s', async (written, plain) => {
    const { [plain]: found } = await parity.own('mailboxes', [plain, written]);
    const ours = await parity.ours('mailboxes', [plain, written]);
    expect(ours).toEqual({ [plain]: found, [written]: found });
  });

  test('differ on groups in a circle, whose members idpmap gives', async () => {
    const [circle = ''] = CIRCLES;
    await expect(parity.own('groups', [circle])).rejects.toThrow('query error');
    expect(await parity.ours('groups', [circle])).toEqual({ [circle]: 'bob@example.test' });
  });

  test('share a configuration that holds no password', () => {
    expect(parity.printed).not.toContain('service-secret');
  });
});
