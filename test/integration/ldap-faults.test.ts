import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startDs389 } from '../support/ldap/ds389.ts';
import {
  healed,
  load,
  openFor,
  PATIENT,
  PRESENT,
  settingsOf,
  urlOf,
  verdict,
} from '../support/ldap/faults.ts';
import { startSamba } from '../support/ldap/samba.ts';
import type { LdapServer } from '../support/ldap/server.ts';
import { startSlapd } from '../support/ldap/slapd.ts';
import { type FaultMode, type FaultProxy, startFaultProxy } from '../support/proxy.ts';
import { describeWith, type Requirement } from '../support/requirement.ts';
import { until } from '../support/until.ts';

const SERVERS: readonly {
  readonly title: string;
  readonly needs: readonly Requirement[];
  readonly start: () => Promise<LdapServer>;
  /** Whether it is reached by TLS, for it takes no password without. */
  readonly secure: boolean;
}[] = [
  { title: 'faults of slapd', needs: ['slapd'], start: () => startSlapd(), secure: false },
  { title: 'faults of 389-DS', needs: ['ds389'], start: startDs389, secure: false },
  {
    title: 'faults of Samba',
    needs: ['root', 'samba', 'slapd'],
    start: () => startSamba(),
    secure: true,
  },
];

/** How a connection ends, of one's own accord or in the middle of an answer. */
const DROPS: readonly FaultMode[] = ['reset', 'cut', 'refuse', 'tear'];

for (const { title, needs, start, secure } of SERVERS) {
  describeWith(needs, title, () => {
    let server: LdapServer;
    let proxy: FaultProxy;

    beforeAll(async () => {
      server = await start();
      const port = secure ? server.securePort : server.port;
      proxy = await startFaultProxy({ host: server.host, port });
    });

    afterAll(async () => {
      await proxy?.stop();
      await server?.remove();
    });

    const open = () => openFor(settingsOf(server, [urlOf(proxy, secure)]));

    test('forty drops under twenty questions each deny nobody, and leave no socket behind', async () => {
      const directory = open();
      expect(await healed(directory)).toBe(true);
      const wrong: string[] = [];
      for (let i = 0; i < 40; i++) {
        const asked = Array.from({ length: 20 }, async (_, k) => {
          const address = PRESENT[k] ?? `nobody${i}-${k}@example.test`;
          const said = await verdict(directory, address, 2000);
          const denied = k < PRESENT.length ? 'none' : 'found';
          if (said === denied) wrong.push(`${address}: ${said}`);
        });
        await proxy.set(DROPS[i % DROPS.length] ?? 'reset');
        await Promise.all(asked);
        await proxy.set('well');
      }
      expect(wrong).toEqual([]);
      expect(await healed(directory)).toBe(true);
      expect(await until(() => proxy.open() === 2, 20_000)).toBe(true);
    });

    const FAULTS: readonly (readonly [string, () => Promise<void>, () => Promise<void>])[] = [
      ['is killed', () => server.kill(), () => server.start()],
      ['is stopped', () => server.stop(), () => server.start()],
      ['stands still', async () => server.suspend(), async () => server.resume()],
      ['is cut off without a word', () => proxy.set('blackhole'), () => proxy.set('well')],
      ['refuses connections', () => proxy.set('refuse'), () => proxy.set('well')],
    ];

    test.each(FAULTS)(
      'a server that %s makes nobody absent, and answers when it is back',
      async (_, begin, end) => {
        const directory = open();
        expect(await healed(directory)).toBe(true);
        const questions = load(directory);
        await begin();
        await questions.doubted;
        await end();
        const isHealed = await healed(directory);
        await questions.stop();
        expect(questions.wrong).toEqual([]);
        expect(isHealed).toBe(true);
      },
    );

    test('a server that loses its base makes nobody absent', async () => {
      const directory = open();
      expect(await healed(directory)).toBe(true);
      // In the base of the accounts, Samba would have to move 1600 entries.
      const [name = '', ...parents] = server.groupsBase.split(',');
      const away = `${name}-away`;
      const rename = (from: string, to: string) =>
        server.modify(
          `dn: ${[from, ...parents].join(',')}\nchangetype: modrdn\nnewrdn: ${to}\ndeleteoldrdn: 1\n`,
        );
      onTestFinished(() => rename(away, name).catch(() => {}));
      const questions = load(directory);
      await rename(name, away);
      await questions.doubted;
      await rename(away, name);
      const isHealed = await healed(directory);
      await questions.stop();
      expect(questions.wrong).toEqual([]);
      expect(isHealed).toBe(true);
    });

    test('a password that is changed, and changed back, makes nobody absent', async () => {
      const directory = open();
      expect(await healed(directory)).toBe(true);
      const questions = load(directory);
      onTestFinished(() => server.setPassword(server.password));
      await server.setPassword('another-secret');
      await proxy.set('reset');
      await proxy.set('well');
      await questions.doubted;
      await server.setPassword(server.password);
      const isHealed = await healed(directory);
      await questions.stop();
      expect(questions.wrong).toEqual([]);
      expect(isHealed).toBe(true);
    });

    test('an attribute that the schema lacks makes nobody absent', async () => {
      const settings = settingsOf(server, [urlOf(proxy, secure)], PATIENT);
      const accounts = { ...settings.accounts, aliases: ['noSuchAddress'] };
      const directory = openFor({ ...settings, accounts });
      expect(await verdict(directory, 'a.smith@example.test')).toMatch(
        /has no attribute noSuchAddress, which accounts\.aliases names/,
      );
    });
  });
}
