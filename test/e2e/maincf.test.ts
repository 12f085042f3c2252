import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { runCommand, startDaemonProcess } from '../support/daemon.ts';
import { makePlace } from '../support/instance.ts';
import { run } from '../support/ldap/run.ts';
import { findFreePorts } from '../support/loopback.ts';
import { writeSettled } from '../support/postfix/settled.ts';
import { describeWith } from '../support/requirement.ts';

/** Keys of each kind: those that are there, with what might be code, and those that are not. */
const KEYS = [
  'ann@example.org',
  "o'hara@example.org",
  'BOB@example.org',
  'bob@example.org',
  'nobody@example.org',
  "' or '1'='1",
  'example.org',
  'example.net',
  'mx.example.com',
  '%s',
];

const SCHEMA = `
CREATE TABLE forwards (address TEXT, target TEXT);
INSERT INTO forwards VALUES ('ann@example.org', 'a@x.example'), ('ann@example.org', 'b@x.example'),
  ('o''hara@example.org', 'c@x.example'), ('bob@example.org', 'd@x.example');
CREATE TABLE domains (name TEXT);
INSERT INTO domains VALUES ('example.org');
CREATE TABLE access (who TEXT, action TEXT);
INSERT INTO access VALUES ('bob@example.org', 'REJECT gone away'), ('mx.example.com', 'REJECT not you');
CREATE TABLE routes (key TEXT, transport TEXT);
INSERT INTO routes VALUES ('example.net', 'smtp:[192.0.2.1]');`;

const TABLES: Readonly<Record<string, string>> = {
  forwards: "query = SELECT target FROM forwards WHERE address = '%s'\nresult_format = %s",
  domains: 'table = domains\nselect_field = name\nwhere_field = name',
  access: "query = SELECT action FROM access WHERE who = '%s'",
  routes: "query = SELECT transport FROM routes WHERE key = '%s'",
};

const mainCf = (place: string): string => `# as administrators write it
compatibility_level = 3.6
tables = proxy:sqlite:${place}
virtual_transport = lmtp:unix:private/dovecot-lmtp
virtual_mailbox_domains = example.com,
  $tables/domains.cf
virtual_alias_maps = inline:{postmaster@example.org=ann@example.org},
# within
  sqlite:${place}/forwards.cf
transport_maps = $tables/routes.cf
smtpd_recipient_restrictions = permit_mynetworks,
  check_client_access sqlite:$\{config_directory}/access.cf,
  check_recipient_access sqlite:${place}/access.cf, reject_unauth_destination
`;

/** The new maps, and the tables that they take the place of. */
const PAIRS = [
  ['virtual_mailbox_domains', 'domains'],
  ['virtual_alias_maps', 'forwards'],
  ['transport_maps', 'routes'],
  ['check_client_access', 'access'],
  ['check_recipient_access', 'access'],
] as const;

describeWith(['postfix', 'postfixSql'], 'a main.cf and what was imported of it', () => {
  test('agree on each key, over the wire and in Postfix’s own parameters', async () => {
    const place = await makePlace();
    await chmod(place, 0o755);
    using database = new DatabaseSync(join(place, 'mail.sqlite'));
    database.exec(SCHEMA);
    for (const [name, lines] of Object.entries(TABLES))
      await writeSettled(join(place, `${name}.cf`), `dbpath = ${place}/mail.sqlite\n${lines}\n`);
    await writeSettled(join(place, 'main.cf'), mainCf(place));

    const [port = 0] = await findFreePorts(1);
    const endpoint = `inet:127.0.0.1:${port}`;
    const { code, stdout, stderr } = await runCommand([
      'import',
      'main.cf',
      join(place, 'main.cf'),
      '--endpoint',
      endpoint,
    ]);
    expect([code, stderr]).toEqual([0, expect.stringContaining('inline:{')]);
    const config = join(place, 'idpmap.yaml');
    // A busy machine of the tests takes its time.
    const patient = stdout.replaceAll('type: sqlite', 'type: sqlite\n    statementTimeout: 5s');
    await writeFile(
      config,
      `${patient}\ndeadline: 10s\nlisten: tcp://127.0.0.1:${port}\ncontrol: control\n`,
    );
    const checked = await runCommand(['check', '--config', config]);
    expect(checked.stdout).not.toMatch(/^failed/m);
    expect(checked.code).toBe(0);
    const daemon = await startDaemonProcess(['serve', '--config', config]);
    onTestFinished(() => daemon.stop());

    const ask = async (table: string): Promise<readonly string[]> =>
      (await run('postmap', ['-c', place, '-q', '-', table], `${KEYS.join('\n')}\n`)).split('\n');
    for (const [map, table] of PAIRS) {
      const own = await ask(`sqlite:${place}/${table}.cf`);
      expect([map, await ask(`socketmap:${endpoint}:${map}`)]).toEqual([
        map,
        map === 'virtual_mailbox_domains' ? own.map((line) => line.replace(/\t.*/, '\tOK')) : own,
      ]);
      expect(own.length).toBeGreaterThan(1);
    }

    const lines = [...stdout.matchAll(/^# \+ (?<line>.*)$/gm)].map(([, line = '']) => line);
    expect(lines.length).toBe(4);
    await run('postconf', ['-c', place, '-e', ...lines], '');
    const now = await run('postconf', ['-c', place, '-n'], '');
    expect(now).not.toContain('sqlite:${');
    expect(now.match(/socketmap:/g)?.length).toBe(PAIRS.length);
    const again = await runCommand(['import', 'main.cf', join(place, 'main.cf')]);
    expect(again.stdout).toContain('nothing: it names no table');
  });
});
