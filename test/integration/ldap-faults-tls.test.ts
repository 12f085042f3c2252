import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { LdapSettings } from '../../src/directory/ldap/settings.ts';
import { startDs389 } from '../support/ldap/ds389.ts';
import {
  healed,
  load,
  openFor,
  operationsOf,
  settingsOf,
  urlOf,
  verdict,
} from '../support/ldap/faults.ts';
import type { LdapServer } from '../support/ldap/server.ts';
import { startSlapd } from '../support/ldap/slapd.ts';
import { type FaultMode, type FaultProxy, startFaultProxy } from '../support/proxy.ts';
import { describeWith, type Requirement } from '../support/requirement.ts';
import { until } from '../support/until.ts';

const SERVERS: readonly (readonly [string, Requirement, () => Promise<LdapServer>])[] = [
  ['slapd', 'slapd', () => startSlapd()],
  ['389-DS', 'ds389', startDs389],
];

const DROPS: readonly FaultMode[] = ['reset', 'cut', 'tear', 'refuse'];

for (const [title, need, start] of SERVERS) {
  describeWith([need], `TLS with ${title}`, () => {
    let server: LdapServer;
    let plain: FaultProxy;
    let secure: FaultProxy;

    beforeAll(async () => {
      server = await start();
    });

    afterAll(() => server?.remove());

    beforeEach(async () => {
      plain = await startFaultProxy(server.port);
      secure = await startFaultProxy(server.securePort);
    });

    afterEach(async () => {
      await plain.stop();
      await secure.stop();
    });

    /** Opens a directory over StartTLS. */
    const openStartTls = (more: Partial<LdapSettings> = {}) =>
      openFor(settingsOf(server, [urlOf(plain)], { startTls: true, ...more }));

    const openLdaps = (more: Partial<LdapSettings> = {}) =>
      openFor(settingsOf(server, [urlOf(secure, true)], more));

    const WAYS = [
      ['StartTLS', openStartTls],
      ['ldaps', openLdaps],
    ] as const;

    test('nothing but StartTLS goes out in the clear, however often the connection drops', async () => {
      const directory = openStartTls();
      expect(await healed(directory)).toBe(true);
      const questions = load(directory);
      for (let i = 0; i < 12; i++) {
        await plain.set(DROPS[i % DROPS.length] ?? 'reset');
        await verdict(directory, 'ann@example.test');
        await plain.set('well');
        expect(await healed(directory)).toBe(true);
      }
      await questions.stop();
      expect(questions.wrong).toEqual([]);
      const begun = plain.heard.map(operationsOf).filter(({ length }) => length > 0);
      expect(begun.length).toBeGreaterThan(12);
      expect(new Set(begun.map(String))).toEqual(new Set(['extended,TLS', 'extended']));
    });

    test.each(WAYS)('a certificate of an unknown authority is refused, %s', async (_, open) => {
      expect(await verdict(open({ tls: {} }), 'ann@example.test')).toMatch(
        /its certificate is not trusted \(.*\), set tls\.ca to its authority's file/,
      );
    });

    test.each(WAYS)('a certificate for another name is refused, %s', async (_, open) => {
      const tls = { ca: server.ca, serverName: 'other.example.test' };
      expect(await verdict(open({ tls }), 'ann@example.test')).toMatch(
        /its certificate is for another name, use that one in the URL or set tls\.serverName .*other\.example\.test/,
      );
    });

    test.each(WAYS)('the name that the settings give is checked, %s', async (_, open) => {
      const tls = { ca: server.ca, serverName: server.serverName };
      expect(await verdict(open({ tls }), 'ann@example.test')).toBe('found');
    });

    test.each(WAYS)("tells when the server's certificate expires, %s", async (_, open) => {
      const directory = open();
      expect(await verdict(directory, 'ann@example.test')).toBe('found');
      const expiresAt = directory.figures?.['certificateExpiresAt'] ?? 0;
      expect(new Date(expiresAt).getTime() - Date.now()).toBeGreaterThan(0);
    });

    test.each(WAYS)('an authority whose file is missing is named, %s', async (_, open) => {
      expect(await verdict(open({ tls: { ca: '/nowhere/ca.pem' } }), 'ann@example.test')).toMatch(
        /tls: file \/nowhere\/ca\.pem does not exist/,
      );
    });

    test('a port without TLS is told from one with a bad certificate', async () => {
      const directory = openFor(settingsOf(server, [urlOf(plain, true)]));
      expect(await verdict(directory, 'ann@example.test')).toMatch(
        /^ldaps:\/\/127\.0\.0\.1:\d+: .*is this a port for TLS\?/,
      );
    });

    test('a server that goes silent before TLS is done is left in time', async () => {
      await secure.set('blackhole');
      const directory = openLdaps();
      expect(await verdict(directory, 'ann@example.test')).toMatch(/did not answer in time/);
      await secure.set('well');
      expect(await healed(directory)).toBe(true);
      expect(await until(() => secure.open() === 2, 2000)).toBe(true);
    });
  });
}
