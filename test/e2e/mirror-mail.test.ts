import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { startDaemonProcess } from '../support/daemon.ts';
import type { LdapServer } from '../support/ldap/server.ts';
import { startSlapd } from '../support/ldap/slapd.ts';
import { findFreePorts } from '../support/loopback.ts';
import { type Postfix, startPostfix } from '../support/postfix.ts';
import type { RunningProcess } from '../support/process.ts';
import { type FaultProxy, startFaultProxy } from '../support/proxy.ts';
import { describeWith } from '../support/requirement.ts';
import { connectSmtp } from '../support/smtp.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const DAY = 86_400_000;

/** People, an alias, groups, and an extension. */
const KNOWN = [
  'bob@example.test',
  'A.Smith@example.test',
  'team@example.test',
  'nested@example.test',
  'ann+news@example.test',
];
const STRANGER = 'nobody@example.test';
const DISABLED = 'cy@example.test';

describeWith(['postfix', 'root', 'slapd'], 'mail for people of a mirrored LDAP directory', () => {
  let place: TemporaryDirectory;
  let server: LdapServer;
  let proxy: FaultProxy;
  let postfix: Postfix;
  let port: number;
  let daemon: RunningProcess | undefined;

  const file = (): string => join(place.path, 'staff.db');

  /** Runs the daemon, whose memory is fresh for a moment only, over a mirror with these settings. */
  const serve = async (mirror: object = {}): Promise<void> => {
    await writeFile(join(place.path, 'password'), server.password, { mode: 0o600 });
    const settings = {
      listen: `tcp://127.0.0.1:${port}`,
      control: 'control',
      domains: { 'example.test': { directory: 'staff' } },
      directories: {
        staff: {
          type: 'ldap',
          urls: `ldap://127.0.0.1:${proxy.port}`,
          bind: { dn: server.bindDn, password: { file: 'password' } },
          base: server.base,
          accounts: { mailOnly: 'employeeType=shared' },
          // Many are asked for at once here, and a busy machine takes its time.
          connectTimeout: '10s',
          mirror: { path: file(), ...mirror },
        },
      },
      cache: { fresh: '1ms', freshNone: '1ms' },
    };
    const config = join(place.path, 'idpmap.yaml');
    await writeFile(config, stringify(settings));
    daemon = await startDaemonProcess(['serve', '--config', config]);
  };
  const end = async (): Promise<void> => {
    await daemon?.stop();
    daemon = undefined;
  };
  const isInStep = (): Promise<boolean> =>
    until(() => /the mirror is in step/.test(daemon?.output() ?? ''), 20_000);

  /** Lets time pass while nothing runs. */
  const age = (ms: number): void => {
    const db = new DatabaseSync(file());
    db.prepare("UPDATE meta SET value = value - ? WHERE name = 'syncedAt'").run(ms);
    db.prepare('UPDATE lost SET known = known - ?').run(ms);
    db.close();
  };

  /** Postfix's verdicts. */
  const ask = async (...recipients: readonly string[]): Promise<readonly number[]> => {
    const client = await connectSmtp(postfix.port);
    onTestFinished(() => client.close());
    await client.ehlo();
    await client.mail('eve@client.test');
    const codes: number[] = [];
    for (const each of recipients) codes.push((await client.rcpt(each)).code);
    return codes;
  };
  const all = (code: number): readonly number[] => KNOWN.map(() => code);

  beforeAll(async () => {
    place = await makeTemporaryDirectory('idpmap-mirror-mail');
    server = await startSlapd({ sync: { sessionLog: 100 } });
    proxy = await startFaultProxy(server.port);
    [port = 0] = await findFreePorts(1);
    const table = `socketmap:inet:127.0.0.1:${port}`;
    postfix = await startPostfix({
      mainCf: {
        virtual_mailbox_domains: `${table}:virtual-domains`,
        virtual_mailbox_maps: `${table}:user-exists`,
        virtual_alias_maps: `${table}:virtual-aliases`,
        virtual_transport: 'discard:',
      },
    });
  });
  afterAll(async () => {
    await end();
    await postfix?.stop();
    await proxy?.stop();
    await server?.remove();
    await place?.remove();
  });

  test('is taken without a question to the directory', async () => {
    await serve();
    expect(await isInStep()).toBe(true);
    expect(await ask(...KNOWN, STRANGER, DISABLED)).toEqual([...all(250), 550, 550]);
    const heard = (): number =>
      proxy.heard.reduce(
        (sum, { chunks }) => sum + chunks.filter((chunk) => chunk.includes('bob@example')).length,
        0,
      );
    const before = heard();
    for (let i = 0; i < 50; i++) await ask(...Array.from({ length: 20 }, () => 'bob@example.test'));
    expect(heard()).toBe(before);
    await end();
  });

  test('is taken for days by a daemon that was started in the outage, and no stranger is refused', async () => {
    await server.stop();
    onTestFinished(() => server.start());
    age(3 * DAY);
    await serve();
    expect(await ask(...KNOWN, STRANGER, DISABLED)).toEqual([...all(250), 451, 451]);
    await end();
    await serve({ denyFor: '7d' });
    expect(await ask(...KNOWN, STRANGER)).toEqual([...all(250), 550]);
    await end();
    age(5 * DAY);
    await serve({ denyFor: '7d' });
    expect(await ask(...KNOWN, STRANGER)).toEqual([...all(451), 451]);
    await end();
  });

  test('is answered by the directory again once it is back', async () => {
    await serve({ whenAbsent: 'deny' });
    expect(await isInStep()).toBe(true);
    expect(await ask(...KNOWN, STRANGER, DISABLED)).toEqual([...all(250), 550, 550]);
    expect(postfix.bounces()).toEqual([]);
    await end();
  });
});
