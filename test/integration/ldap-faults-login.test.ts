import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../src/config/sources/secret.ts';
import type { LdapSettings } from '../../src/directory/ldap/settings.ts';
import { startDs389 } from '../support/ldap/ds389.ts';
import {
  healed,
  load,
  openFor,
  operationsOf,
  PATIENT,
  patientLoad,
  settingsOf,
  urlOf,
  verdict,
} from '../support/ldap/faults.ts';
import type { LdapServer } from '../support/ldap/server.ts';
import { startSlapd } from '../support/ldap/slapd.ts';
import { type FaultProxy, startFaultProxy } from '../support/proxy.ts';
import { describeWith, type Requirement } from '../support/requirement.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const SERVERS: readonly (readonly [string, Requirement, () => Promise<LdapServer>])[] = [
  ['slapd', 'slapd', () => startSlapd()],
  ['389-DS', 'ds389', startDs389],
];

for (const [title, need, start] of SERVERS) {
  describeWith([need], `the login at ${title}`, () => {
    let server: LdapServer;
    let first: FaultProxy;
    let second: FaultProxy;

    beforeAll(async () => {
      server = await start();
    });

    afterAll(() => server?.remove());

    beforeEach(async () => {
      first = await startFaultProxy(server.port);
      second = await startFaultProxy(server.port);
      return async () => {
        await first.stop();
        await second.stop();
      };
    });

    const open = (more: Partial<LdapSettings> = {}) =>
      openFor(settingsOf(server, [urlOf(first)], more));

    const binds = (proxy: FaultProxy): number =>
      proxy.heard.flatMap(operationsOf).filter((operation) => operation === 'bind').length;

    const drop = async (): Promise<void> => {
      await first.set('reset');
      await first.set('well');
    };

    async function changePassword(password: string): Promise<void> {
      onTestFinished(() => server.setPassword(server.password));
      await server.setPassword(password);
    }

    const LONG = 60_000;

    test('sends a refused password once, not once a connection or a question', async () => {
      await changePassword('another-secret');
      const directory = open({ bindRetry: LONG });
      const questions = load(directory);
      await questions.doubted;
      const retries = () => questions.verdicts.size > 0 && sum(questions.verdicts) > 200;
      expect(await until(retries, 10_000)).toBe(true);
      await questions.stop();
      expect(binds(first)).toBe(1);
      expect(questions.wrong).toEqual([]);
    });

    test('says who was refused, and when the same password is tried again', async () => {
      await changePassword('another-secret');
      const directory = open({ bindRetry: LONG });
      await verdict(directory, 'ann@example.test');
      expect(await verdict(directory, 'ann@example.test')).toMatch(
        /refuses cn=idpmap,.*: the name or the password is wrong.*; the same one is tried again in \d+ s, another one at once/,
      );
    });

    test('tries another password from the file at once', async () => {
      const place = await makeTemporaryDirectory('idpmap');
      onTestFinished(() => place.remove());
      const file = join(place.path, 'password');
      await writeFile(file, server.password);
      const directory = open({
        bind: { dn: server.bindDn, password: new Secret({ file }) },
        bindRetry: LONG,
      });
      expect(await healed(directory)).toBe(true);
      await changePassword('another-secret');
      await drop();
      expect(await verdict(directory, 'ann@example.test')).toMatch(/password is wrong/);
      await writeFile(file, 'another-secret\n');
      expect(await healed(directory)).toBe(true);
    });

    test('tries the same password again after a while, and only then', async () => {
      await changePassword('another-secret');
      const begunAt = performance.now();
      const directory = open({ bindRetry: 1000, ...PATIENT });
      expect(await verdict(directory, 'ann@example.test')).toMatch(/password is wrong/);
      await server.setPassword(server.password);
      // A busy machine changes it as late as in the next second, or the one after.
      const again = Math.trunc((performance.now() - begunAt) / 1000);
      expect(await healed(directory)).toBe(true);
      // The refused one, and one for each connection.
      expect(await until(() => first.open() === 2 && binds(first) >= 3, 2000)).toBe(true);
      expect(binds(first)).toBeLessThanOrEqual(3 + again);
    });

    test('does not offer a refused password to the next server', async () => {
      await changePassword('another-secret');
      const urls = [urlOf(first), urlOf(second)];
      const directory = open({ urls, bindRetry: LONG });
      expect(await verdict(directory, 'ann@example.test')).toMatch(/password is wrong/);
      expect([binds(first), binds(second)]).toEqual([1, 0]);
    });

    test('asks the second server while the first one is down, and then the first one again', async () => {
      await first.set('refuse');
      const urls = [urlOf(first), urlOf(second)];
      const directory = open({ urls, returnAfter: 1000, ...PATIENT });
      expect(await healed(directory)).toBe(true);
      expect(await until(() => second.open() === 2, 2000)).toBe(true);
      const questions = patientLoad(directory);
      await first.set('well');
      expect(await until(() => first.open() === 2 && second.open() === 0, 5000)).toBe(true);
      await questions.stop();
      expect([...questions.verdicts.keys()].toSorted()).toEqual(['found', 'none']);
      expect(questions.wrong).toEqual([]);
    });

    test('loses no question when the first server goes down', async () => {
      const directory = open({ urls: [urlOf(first), urlOf(second)], ...PATIENT });
      expect(await healed(directory)).toBe(true);
      const questions = patientLoad(directory);
      await first.set('refuse');
      expect(await until(() => second.open() === 2, 5000)).toBe(true);
      await questions.stop();
      expect([...questions.verdicts.keys()].toSorted()).toEqual(['found', 'none']);
    });

    test('replaces connections that have grown old, and loses nothing', async () => {
      const directory = open({ maxAge: 100, ...PATIENT });
      const questions = patientLoad(directory);
      expect(await until(() => first.heard.length > 20, 10_000)).toBe(true);
      await questions.stop();
      expect([...questions.verdicts.keys()].toSorted()).toEqual(['found', 'none']);
      expect(questions.wrong).toEqual([]);
      expect(await until(() => first.open() === 2, 2000)).toBe(true);
    });

    test('leaves no connection behind when it is closed, and no question without an end', async () => {
      const directory = open();
      expect(await healed(directory)).toBe(true);
      await first.set('blackhole');
      const asked = Array.from({ length: 20 }, () => verdict(directory, 'ann@example.test'));
      await directory.close();
      expect(new Set(await Promise.all(asked))).toEqual(new Set(['the directory is closed']));
      expect(await until(() => first.open() === 0, 2000)).toBe(true);
    });

    test('says after it was closed that it is', async () => {
      const directory = open();
      await directory.close();
      expect(await verdict(directory, 'ann@example.test')).toBe('the directory is closed');
    });

    test('abandons a search that takes too long, and replaces a connection at the second one', async () => {
      const directory = open({ connections: 1 });
      expect(await healed(directory)).toBe(true);
      // A busy machine may have needed several.
      const connections = first.heard.length;
      server.suspend();
      onTestFinished(() => server.resume());
      const waits = (address: string) => verdict(directory, address);
      expect(await waits('ann@example.test')).toMatch(/did not answer in time/);
      const lastHeard = () => first.heard.flatMap(operationsOf).at(-1);
      expect(await until(() => lastHeard() === 'abandon', 2000)).toBe(true);
      expect(first.heard).toHaveLength(connections);
      await waits('bob@example.test');
      expect(await until(() => first.heard.length > connections, 2000)).toBe(true);
      server.resume();
      expect(await healed(directory)).toBe(true);
      expect(await until(() => first.open() === 1, 2000)).toBe(true);
    });
  });
}

const sum = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((total, count) => total + count, 0);

describeWith(['slapd'], 'a slapd that closes idle connections', () => {
  let server: LdapServer;

  beforeAll(async () => {
    server = await startSlapd({ idleTimeout: 1 });
  });

  afterAll(() => server?.remove());

  test('is connected to again before anybody asks', async () => {
    const proxy = await startFaultProxy(server.port);
    onTestFinished(() => proxy.stop());
    const directory = openFor(settingsOf(server, [urlOf(proxy)]));
    expect(await healed(directory)).toBe(true);
    expect(await until(() => proxy.heard.length >= 4 && proxy.open() === 2, 10_000)).toBe(true);
    expect(await verdict(directory, 'ann@example.test')).toBe('found');
    expect(await verdict(directory, 'nobody@example.test')).toBe('none');
  });
});
