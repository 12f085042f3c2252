import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { sendCommand } from '../../src/control/client.ts';
import type { MirrorStatus } from '../../src/mirror/status.ts';
import { startDaemonProcess } from '../support/daemon.ts';
import { KEY } from '../support/fleet/daemons.ts';
import { startEngine, type TestEngine } from '../support/fleet/engine.ts';
import { ldapSection } from '../support/ldap/directory.ts';
import type { LdapServer } from '../support/ldap/server.ts';
import { startSlapd } from '../support/ldap/slapd.ts';
import type { RunningProcess } from '../support/process.ts';
import { type FaultProxy, startFaultProxy } from '../support/proxy.ts';
import { describeWith } from '../support/requirement.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const PATIENCE_MS = 60_000;

/** Of RFC 4533: whoever follows the server sends it once. */
const SYNC_REQUEST = '1.3.6.1.4.1.4203.1.9.1.1';

interface Daemon {
  readonly running: () => RunningProcess;
  readonly status: () => Promise<MirrorStatus>;
  /** In how many entries the mirror differs from a fresh listing. */
  readonly diff: () => Promise<number>;
  readonly start: () => Promise<void>;
}

describeWith(
  ['redis', 'slapd'],
  'a mirror that daemons of a fleet share, over a real Redis and OpenLDAP',
  () => {
    let engine: TestEngine;
    let server: LdapServer;
    let proxy: FaultProxy;
    beforeAll(async () => {
      engine = await startEngine();
      server = await startSlapd({ sync: { sessionLog: 100 } });
      proxy = await startFaultProxy({ host: server.host, port: server.port });
    });
    afterAll(async () => {
      await engine?.stop();
      await proxy?.stop();
      await server?.remove();
    });

    const follows = (): number =>
      proxy.heard.filter(({ chunks }) => Buffer.concat(chunks).includes(SYNC_REQUEST)).length;

    const open = async (): Promise<Daemon> => {
      const place = await makeTemporaryDirectory('idpmap-fleet-mirror');
      const config = join(place.path, 'idpmap.yaml');
      const control = join(place.path, 'control');
      const people = ldapSection({ ...server, host: '127.0.0.1', port: proxy.port }, 'plain');
      await writeFile(
        config,
        stringify({
          listen: 'unix:socketmap',
          control: 'control',
          fleet: { url: engine.url, key: KEY, timeout: '1s' },
          domains: { 'example.test': { directory: 'staff' } },
          directories: { staff: { ...people, mirror: { path: join(place.path, 'staff.db') } } },
        }),
      );
      const begin = () => startDaemonProcess(['serve', '--config', config]);
      let daemon = await begin();
      onTestFinished(async () => {
        await daemon.stop();
        await place.remove();
      });
      return {
        running: () => daemon,
        status: async () => {
          const { mirrors } = await sendCommand(control, 'mirrors', { directory: 'staff' });
          const { staff } = mirrors;
          if (staff === undefined) throw new Error('it has no mirror');
          return staff;
        },
        diff: async () => {
          const told = await sendCommand(control, 'mirrorDiff', { directory: 'staff' });
          return told.onlyHere.count + told.onlyThere.count + told.different.count;
        },
        start: async () => {
          daemon = await begin();
        },
      };
    };

    const has = (daemon: Daemon, accounts: number): Promise<boolean> =>
      until(async () => {
        const status = await daemon.status();
        return status.isInStep && status.accounts === accounts;
      }, PATIENCE_MS);

    const hire = (id: string): Promise<void> =>
      server.modify(
        `dn: uid=${id},${server.accountsBase}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: ${id}\ncn: ${id}\nsn: ${id}\nmail: ${id}@example.test\n`,
      );

    test('one follows the directory, all have what it is told, and another goes on where it is killed', async () => {
      const daemons = await Promise.all([open(), open(), open()]);
      for (const { running } of daemons)
        expect(
          await until(() => /the mirror is in step/.test(running().output()), PATIENCE_MS),
        ).toBe(true);
      expect(follows()).toBe(1);
      const statuses = await Promise.all(daemons.map(({ status }) => status()));
      const { accounts } = statuses[0] ?? { accounts: 0 };
      expect(statuses.filter(({ takenFrom }) => takenFrom === undefined)).toHaveLength(1);
      expect(statuses.map((status) => status.accounts)).toEqual([accounts, accounts, accounts]);

      await hire('zoe1');
      for (const daemon of daemons) expect(await has(daemon, accounts + 1)).toBe(true);
      expect(follows()).toBe(1);

      const leader = statuses.findIndex(({ takenFrom }) => takenFrom === undefined);
      const [killed] = daemons.splice(leader, 1);
      if (killed !== undefined) process.kill(killed.running().pid, 'SIGKILL');
      await hire('zoe2');
      for (const daemon of daemons) expect(await has(daemon, accounts + 2)).toBe(true);
      // Whoever goes on begins from where the other was.
      expect(follows()).toBe(2);
      const now = await Promise.all(daemons.map(({ status }) => status()));
      expect(now.filter(({ takenFrom }) => takenFrom === undefined)).toHaveLength(1);

      await killed?.start();
      await hire('zoe3');
      for (const daemon of [...daemons, ...(killed ? [killed] : [])]) {
        expect(await has(daemon, accounts + 3)).toBe(true);
        expect(await daemon.diff()).toBe(0);
      }
    });
  },
);
