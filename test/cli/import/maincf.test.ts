import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importMainCf } from '../../../src/cli/import/maincf/maincf.ts';
import { loadSettings } from '../../../src/settings.ts';
import { makePlace } from '../../support/instance.ts';

const SERVER = 'hosts = 127.0.0.1\nuser = u\npassword = geheim\ndbname = mail\n';

/** Files that main.cf names as `DIR/…`. */
const FILES: Readonly<Record<string, string>> = {
  'my.cf': `${SERVER}query = SELECT goto FROM alias WHERE address = '%s'\n`,
  'pg.cf': `${SERVER}query = SELECT target FROM forwards WHERE address = '%s'\n`,
  'lite.cf': "dbpath = /var/mail.sqlite\nquery = SELECT action FROM access WHERE who = '%s'\n",
  'people.cf': `version = 3
server_host = ldap://127.0.0.1
search_base = dc=example,dc=org
query_filter = (mail=%s)
result_attribute = uid
`,
};

const LMTP = 'virtual_transport = lmtp:unix:private/lmtp\n';

/** Imports a main.cf, in which `DIR` is where the files lie. */
async function importText(text: string) {
  const place = await makePlace();
  await mkdir(join(place, 'sql'));
  for (const [name, content] of Object.entries(FILES)) {
    await writeFile(join(place, name), content);
    await writeFile(join(place, 'sql', name), content);
  }
  const file = join(place, 'main.cf');
  const imported = await importMainCf(
    { file, text: text.replaceAll('DIR', place) },
    'inet:127.0.0.1:9100',
  );
  const show = (line: string): string => line.replaceAll(place, 'DIR');
  return {
    ...imported,
    lines: imported.lines.map(({ where, before, after }) => [where, before, after].map(show)),
    notes: imported.notes.map(({ where, text: own, isEssential }) =>
      show(`${isEssential ? '! ' : ''}${where}: ${own}`),
    ),
  };
}

const after = ({ lines }: Awaited<ReturnType<typeof importText>>): readonly string[] =>
  lines.map(([, , line = '']) => line.replaceAll('socketmap:inet:127.0.0.1:9100:', '→'));

describe('a main.cf', () => {
  test('has its lines rewritten where tables ask a server, and what else stands in them stays', async () => {
    const imported = await importText(`# tables
virtual_alias_maps = hash:/etc/postfix/virtual,
# a comment within
   proxy:mysql:DIR/my.cf
   pgsql:DIR/pg.cf, regexp:/etc/postfix/re

virtual_mailbox_domains = example.org, mysql:DIR/my.cf
mynetworks = 127.0.0.0/8
`);
    expect(imported.lines).toEqual([
      [
        'DIR/main.cf:2',
        'virtual_alias_maps = hash:/etc/postfix/virtual, proxy:mysql:DIR/my.cf pgsql:DIR/pg.cf, regexp:/etc/postfix/re',
        'virtual_alias_maps = hash:/etc/postfix/virtual, socketmap:inet:127.0.0.1:9100:virtual_alias_maps, regexp:/etc/postfix/re',
      ],
      [
        'DIR/main.cf:7',
        'virtual_mailbox_domains = example.org, mysql:DIR/my.cf',
        'virtual_mailbox_domains = example.org, socketmap:inet:127.0.0.1:9100:virtual_mailbox_domains',
      ],
    ]);
    expect(imported.settings.maps).toEqual({
      virtual_alias_maps: {
        kind: 'table',
        directory: 'mysql',
        table: ['my', { directory: 'postgresql', table: 'pg' }],
        keys: 'virtual',
      },
      virtual_mailbox_domains: { kind: 'table', directory: 'mysql', table: 'my', result: 'OK' },
    });
    expect(imported.notes).toContainEqual(
      expect.stringMatching(/virtual_alias_maps: hash:\S+ stays: a file/),
    );
    expect(imported.notes).toContainEqual(
      expect.stringMatching(/virtual_alias_maps: regexp:\S+ stays: patterns/),
    );
  });

  test.each([
    [
      '$name',
      'my_sql = proxy:mysql:DIR\nrelay_domains = $my_sql/my.cf\n',
      'relay_domains = →relay_domains',
    ],
    [
      '$(name)',
      'my_sql = mysql:DIR\nrelay_domains = $(my_sql)/my.cf\n',
      'relay_domains = →relay_domains',
    ],
    [
      'config_directory',
      'relay_domains = mysql:${config_directory}/sql/my.cf\n',
      'relay_domains = →relay_domains',
    ],
    [
      'a choice',
      'a = 1\nrelay_domains = ${a?{mysql:DIR/my.cf}:{hash:/x}}, ${b?mysql:DIR/pg.cf} c.example\n',
      'relay_domains = →relay_domains, ${b?mysql:DIR/pg.cf} c.example',
    ],
    [
      'itself',
      'a = $a\nrelay_domains = $a, mysql:DIR/my.cf\n',
      'relay_domains = $a, →relay_domains',
    ],
  ])('may refer to parameters by %s', async (_, text, line) => {
    expect(after(await importText(text))).toEqual([line]);
  });

  test('has its access tables looked for in restrictions, and in classes of them', async () => {
    const imported = await importText(`smtpd_restriction_classes = strict
strict = check_sender_access mysql:DIR/my.cf, reject
smtpd_recipient_restrictions = permit_mynetworks,
  check_recipient_access sqlite:DIR/lite.cf
  check_recipient_access pgsql:DIR/pg.cf
  check_sasl_access sqlite:DIR/lite.cf
  check_client_access cidr:/etc/postfix/clients reject_unauth_destination
`);
    expect(after(imported)).toEqual([
      'strict = check_sender_access →check_sender_access, reject',
      'smtpd_recipient_restrictions = permit_mynetworks, check_recipient_access →check_recipient_access check_recipient_access →check_recipient_access-2 check_sasl_access sqlite:DIR/lite.cf check_client_access cidr:/etc/postfix/clients reject_unauth_destination',
    ]);
    expect(imported.notes.join('\n')).toMatch(/sqlite:DIR\/lite.cf stays: .*check_sasl_access/);
    expect(imported.notes.join('\n')).toMatch(/cidr:\S+ stays: patterns/);
  });

  test.each([
    ['alias_maps = ldap:DIR/people.cf\n', /Postfix takes no socketmap there/],
    ['smtp_sasl_password_maps = mysql:DIR/my.cf\n', /holds passwords/],
    ['virtual_mailbox_maps = mysql:DIR/my.cf\n', /^! .*virtual\(8\) delivers/],
    [
      'virtual_mailbox_maps = mysql:DIR/my.cf\nsmtpd_sender_login_maps =\nx = $virtual_mailbox_maps\n',
      /^! .*virtual\(8\) delivers/,
    ],
    ['unheard_of_maps = mysql:DIR/my.cf\n', /which keys Postfix asks unheard_of_maps for/],
    ['relay_domains = mysql:DIR/gone.cf\n', /^! .*gone\.cf can't be read/],
    ['relay_domains = mysql:gone\n', /^! gone: main\.cf has no parameters gone_/],
    ['relay_recipient_maps = { mysql:DIR/my.cf, x=y }\n', /^! .*tables in braces/],
  ])('keeps the line where a map would not do: %j', async (text, note) => {
    const { lines, notes, settings } = await importText(text);
    expect(lines).toEqual([]);
    expect(settings.maps).toEqual({});
    expect(notes).toContainEqual(expect.stringMatching(note));
  });

  test('of old has the settings of a table beside the others, behind its name', async () => {
    const imported = await importText(`virtual_alias_maps = mysql:forwards, ldap:accounts
forwards_hosts = 127.0.0.1
forwards_user = u
forwards_dbname = mail
forwards_query = SELECT goto FROM alias WHERE address = '%s'
accounts_server_host = ldap://127.0.0.1
accounts_search_base = dc=example,dc=org
accounts_version = 3
`);
    expect(after(imported)).toEqual(['virtual_alias_maps = →virtual_alias_maps']);
    expect(imported.settings.maps).toMatchObject({
      virtual_alias_maps: {
        directory: 'mysql',
        table: ['forwards', { directory: 'ldap', table: 'accounts' }],
      },
    });
  });

  test('comes to a configuration that loads, in which tables are asked once, and that holds no password', async () => {
    const { settings } =
      await importText(`${LMTP}virtual_mailbox_maps = ldap:DIR/people.cf mysql:DIR/my.cf
smtpd_sender_login_maps = $virtual_mailbox_maps
canonical_maps = sqlite:DIR/lite.cf, pgsql:DIR/pg.cf
`);
    expect(JSON.stringify(settings)).not.toContain('geheim');
    const tree: { directories: Record<string, { password?: unknown }>; maps: object } = JSON.parse(
      JSON.stringify(settings),
    );
    expect(Object.keys(tree.maps)).toEqual(['virtual_mailbox_maps', 'canonical_maps']);
    for (const directory of Object.values(tree.directories)) delete directory.password;
    await expect(loadSettings({ environment: {}, instead: tree })).resolves.toBeDefined();
  });
});
