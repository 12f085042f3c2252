import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { runCommand, startDaemonProcess } from '../support/daemon.ts';
import type { NewEntry } from '../support/ldap/ldif.ts';
import { startPlainSlapd } from '../support/ldap/plain-slapd.ts';
import type { LdapServer } from '../support/ldap/server.ts';
import { findFreePorts } from '../support/loopback.ts';
import { type Postfix, startPostfix } from '../support/postfix/postfix.ts';
import { writeSettled } from '../support/postfix/settled.ts';
import { connectSmtp } from '../support/postfix/smtp.ts';
import { describeWith } from '../support/requirement.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const BASE = 'dc=example,dc=org';

/** Lines of main.cf, each with its tables in order. */
const LINES = [
  ['aliases', 'groups'],
  ['groups', 'aliases'],
  ['lists', 'aliases', 'groups'],
  ['aliases', 'lists', 'groups'],
  ['groups', 'lists'],
] as const;

/** What the tables hold: where the mail of an address goes. */
const ROWS: readonly (readonly [table: string, mail: string, targets: readonly string[]])[] = [
  // A catch-all in one table, an address in another, both ways round.
  ['aliases', '@one.test', ['bob@store.test']],
  ['groups', 'team@one.test', ['ann@store.test', 'cy@store.test']],
  ['aliases', 'team@two.test', ['bob@store.test']],
  ['groups', '@two.test', ['ann@store.test']],
  // The whole address in one, without its extension in another, a catch-all in a third.
  ['aliases', 'ann@three.test', ['ann@store.test']],
  ['lists', 'ann+news@three.test', ['bob@store.test']],
  ['groups', '@three.test', ['cy@store.test']],
  // One address in all.
  ['aliases', 'all@one.test', ['ann@store.test']],
  ['lists', 'all@one.test', ['bob@store.test']],
  ['groups', 'all@one.test', ['cy@store.test']],
  // A domain alone keeps the local part.
  ['aliases', 'away@one.test', ['@store.test']],
  // More than the table may answer: a doubt about this key alone.
  ['lists', 'crowd@one.test', ['ann@store.test', 'bob@store.test']],
  ['groups', 'crowd@one.test', ['cy@store.test']],
  ['lists', '@three.test', ['ann@store.test', 'bob@store.test']],
];

const RECIPIENTS = [
  'team@one.test',
  'Team+x@ONE.test',
  'nobody@one.test',
  'team@two.test',
  'nobody@two.test',
  'nobody+x@two.test',
  'ann@three.test',
  'ann+news@three.test',
  'ann+x@three.test',
  'bob@three.test',
  'all@one.test',
  'all+x@one.test',
  'crowd@one.test',
  'crowd+x@one.test',
  'away+x@one.test',
  'nobody@none.test',
  'team@example.org',
  'nobody@example.org',
];

/** The tree of an administrator who was hurt: people, a group of them, and a catch-all in another table. */
const PEOPLE = ['ann', 'bob'];

function* entries(): Generator<NewEntry> {
  yield {
    dn: BASE,
    attributes: { objectClass: ['dcObject', 'organization'], o: 'x', dc: 'example' },
  };
  for (const ou of ['people', 'aliases', 'groups', 'lists'])
    yield { dn: `ou=${ou},${BASE}`, attributes: { objectClass: 'organizationalUnit', ou } };
  for (const uid of PEOPLE)
    yield {
      dn: `uid=${uid},ou=people,${BASE}`,
      attributes: {
        objectClass: 'inetOrgPerson',
        cn: uid,
        sn: uid,
        uid,
        mail: `${uid}@example.org`,
      },
    };
  const object = ['organizationalRole', 'extensibleObject'];
  for (const [i, [table, mail, rfc822MailMember]] of ROWS.entries())
    yield {
      dn: `cn=r${i},ou=${table},${BASE}`,
      attributes: { objectClass: object, cn: `r${i}`, mail, rfc822MailMember },
    };
  yield {
    dn: `cn=catchall,ou=aliases,${BASE}`,
    attributes: {
      objectClass: object,
      cn: 'catchall',
      mail: '@example.org',
      rfc822MailMember: 'bob@example.org',
    },
  };
  yield {
    dn: `cn=team,ou=groups,${BASE}`,
    attributes: {
      objectClass: ['groupOfNames', 'extensibleObject'],
      cn: 'team',
      mail: 'team@example.org',
      member: PEOPLE.map((uid) => `uid=${uid},ou=people,${BASE}`),
    },
  };
}

const TABLES: Readonly<Record<string, string>> = {
  aliases: 'result_attribute = rfc822MailMember\n',
  groups:
    'result_attribute =\nterminal_result_attribute = rfc822MailMember\nspecial_result_attribute = member\nleaf_result_attribute = mail\n',
  lists: 'result_attribute = rfc822MailMember\nexpansion_limit = 1\n',
};

const fileText = ({ port, bindDn, password }: LdapServer, table: string): string => `version = 3
server_host = ldap://127.0.0.1:${port}
bind = yes
bind_dn = ${bindDn}
bind_pw = ${password}
search_base = ou=${table},${BASE}
query_filter = (mail=%s)
${TABLES[table]}`;

describeWith(['postfix', 'postfixLdap', 'slapd'], 'tables of one line, in one map', () => {
  const resources = new AsyncDisposableStack();
  let postfix: Postfix;
  /** Of each line, where Postfix asks its own tables and where it asks idpmap. */
  let ports: readonly { readonly own: number; readonly ours: number }[];

  beforeAll(async () => {
    const temporary = await makeTemporaryDirectory('idpmap-order');
    resources.defer(() => temporary.remove());
    const place = temporary.path;
    const server = await startPlainSlapd({ suffix: BASE, entries: [...entries()] });
    resources.defer(() => server.remove());
    for (const table of Object.keys(TABLES))
      await writeSettled(join(place, `${table}.cf`), fileText(server, table));
    const lines = LINES.map((tables) =>
      tables.map((table) => `ldap:${join(place, `${table}.cf`)}`).join(','),
    );
    const maps = lines.flatMap((line) => ['--map', `virtual_alias_maps = ${line}`]);
    const { code, stdout, stderr } = await runCommand(['import', 'ldap-table', ...maps]);
    if (code !== 0) throw new Error(`idpmap import ends with ${code}: ${stderr}`);
    const [daemonPort = 0, ...free] = await findFreePorts(1 + 2 * lines.length);
    const printed = parse(stdout);
    await writeFile(join(place, 'password'), server.password);
    printed.directories.ldap.bind.password = { file: 'password' };
    const listen = `tcp://127.0.0.1:${daemonPort}`;
    const domains = { 'one.test': { directory: 'ldap' } };
    const config = { ...printed, listen, deadline: '10s', control: 'control', domains };
    await writeFile(join(place, 'idpmap.yaml'), stringify(config));
    const daemon = await startDaemonProcess(['serve', '--config', join(place, 'idpmap.yaml')]);
    resources.defer(() => daemon.stop());

    const names = Object.keys(printed.maps);
    ports = lines.map((_, i) => ({ own: free[2 * i] ?? 0, ours: free[2 * i + 1] ?? 0 }));
    const services = lines.flatMap((line, i) => [
      ...serviceLines(ports[i]?.own ?? 0, line),
      ...serviceLines(ports[i]?.ours ?? 0, `socketmap:inet:127.0.0.1:${daemonPort}:${names[i]}`),
    ]);
    postfix = await startPostfix({
      mainCf: {
        virtual_mailbox_domains:
          'one.test, two.test, three.test, none.test, example.org, store.test',
        virtual_mailbox_maps: 'inline:{ann@store.test=x, bob@store.test=x, cy@store.test=x}',
        virtual_transport: 'discard:',
        recipient_delimiter: '+',
      },
      masterCf: services,
    });
    resources.defer(() => postfix.stop());
  });
  afterAll(() => resources.disposeAsync());

  /** An smtpd, and the cleanup that it hands its mail to, with alias maps of their own. */
  const serviceLines = (port: number, maps: string): readonly string[] => [
    `127.0.0.1:${port} inet n - n - - smtpd -o virtual_alias_maps=${maps} -o cleanup_service_name=cleanup${port}`,
    `cleanup${port} unix n - n - 0 cleanup -o virtual_alias_maps=${maps}`,
  ];

  /** Whom a message to `recipient` ends at, or with which code it is not taken. */
  async function send(port: number, recipient: string): Promise<number | readonly string[]> {
    const client = await connectSmtp(port);
    await client.ehlo();
    await client.mail('sender@elsewhere.test');
    const { code } = await client.rcpt(recipient);
    if (code !== 250) {
      await client.quit();
      return code;
    }
    const { text } = await client.data('Subject: x\n\nx\n');
    await client.quit();
    const id = /queued as (?<id>\w+)/.exec(text)?.groups?.['id'] ?? '';
    const isGone = () => postfix.log().includes(` ${id}: removed`);
    if (!(await until(isGone, 20_000))) throw new Error(`${id} stays\n${postfix.log()}`);
    const deliveries = postfix.deliveries().filter(({ queueId }) => queueId === id);
    return deliveries.map((each) => each.recipient).toSorted();
  }

  async function sendAll(port: number): Promise<Readonly<Record<string, unknown>>> {
    const outcomes: Record<string, unknown> = {};
    for (const recipient of RECIPIENTS) outcomes[recipient] = await send(port, recipient);
    return outcomes;
  }

  test.each(LINES.map((tables, i) => [tables.join(', '), i] as const))(
    'deliver %s as Postfix does with its own',
    async (_, i) => {
      const { own, ours } = ports[i] ?? { own: 0, ours: 0 };
      const expected = await sendAll(own);
      expect(await sendAll(ours)).toEqual(expected);
    },
  );

  test.each([
    [
      'the catch-all of the first takes no mail of a group in the second',
      0,
      'team@one.test',
      ['ann', 'cy'],
    ],
    ['and takes that of nobody', 0, 'nobody@one.test', ['bob']],
    ['the other way round', 0, 'team@two.test', ['bob']],
    ['the whole address goes before one without its extension', 2, 'ann+news@three.test', ['bob']],
    ['a doubt in the first is none about a table behind', 2, 'crowd@one.test', 451],
    ['nor is a catch-all asked', 3, 'crowd@one.test', 451],
    ['a doubt about the catch-all of one', 3, 'bob@three.test', 451],
    ['nobody', 0, 'nobody@none.test', 550],
  ])('%s', async (_, line, recipient, outcome) => {
    const right = Array.isArray(outcome) ? outcome.map((name) => `${name}@store.test`) : outcome;
    expect(await send(ports[line]?.ours ?? 0, recipient)).toEqual(right);
  });
});
