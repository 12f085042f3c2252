import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEngine, type TestEngine } from '../support/fleet/engine.ts';
import { type MirroringDaemon, startMirroring } from '../support/fleet/mirrored.ts';
import { ldapSection } from '../support/ldap/directory.ts';
import type { LdapServer } from '../support/ldap/server.ts';
import { startSlapd } from '../support/ldap/slapd.ts';
import { type FaultProxy, startFaultProxy } from '../support/proxy.ts';
import { describeWith } from '../support/requirement.ts';
import { until } from '../support/until.ts';

const PATIENCE_MS = 60_000;

/** Of RFC 4533: whoever follows the server sends it once. */
const SYNC_REQUEST = '1.3.6.1.4.1.4203.1.9.1.1';

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

    const open = (): Promise<MirroringDaemon> =>
      startMirroring(
        engine.url,
        ldapSection({ ...server, host: '127.0.0.1', port: proxy.port }, 'plain'),
      );

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
      for (const daemon of daemons) expect(await daemon.has(accounts + 1)).toBe(true);
      expect(follows()).toBe(1);

      const leader = statuses.findIndex(({ takenFrom }) => takenFrom === undefined);
      const [killed] = daemons.splice(leader, 1);
      if (killed !== undefined) process.kill(killed.running().pid, 'SIGKILL');
      await hire('zoe2');
      for (const daemon of daemons) expect(await daemon.has(accounts + 2)).toBe(true);
      // Whoever goes on begins from where the other was.
      expect(follows()).toBe(2);
      const now = await Promise.all(daemons.map(({ status }) => status()));
      expect(now.filter(({ takenFrom }) => takenFrom === undefined)).toHaveLength(1);

      await killed?.start();
      await hire('zoe3');
      for (const daemon of [...daemons, ...(killed ? [killed] : [])]) {
        expect(await daemon.has(accounts + 3)).toBe(true);
        expect(await daemon.diff()).toBe(0);
      }
    });
  },
);
