import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Instance, startInstance } from '../support/instance.ts';
import type { LdapServer } from '../support/ldap/server.ts';
import { startSlapd } from '../support/ldap/slapd.ts';
import { type FaultProxy, startFaultProxy } from '../support/proxy.ts';
import { describeWith } from '../support/requirement.ts';
import { until } from '../support/until.ts';

describeWith(['slapd'], 'the daemon before a slapd that fails', () => {
  let server: LdapServer;
  let proxy: FaultProxy;

  beforeAll(async () => {
    server = await startSlapd();
    proxy = await startFaultProxy(server.port);
  });

  afterAll(async () => {
    await proxy?.stop();
    await server?.remove();
  });

  const config = () => `
domains: { example.test: { directory: staff } }
directories:
  staff:
    type: ldap
    urls: ldap://127.0.0.1:${proxy.port}
    bind: { dn: "${server.bindDn}", password: ${server.password} }
    base: ${server.base}
    bindRetry: 1s
    breaker: { probe: 200ms }
cache: { fresh: 100ms, freshNone: 100ms, unknown: 100ms }
`;

  const KNOWN = 'ann@example.test';
  let asked = 0;
  const stranger = (): string => `nobody${asked++}@example.test`;

  /** Whether the daemon knows somebody, and knows that somebody else is nobody. */
  const answers = ({ ask }: Instance) =>
    until(async () => {
      const known = await ask('user-exists', KNOWN);
      return known === `OK ${KNOWN}` && (await ask('user-exists', stranger())) === 'NOTFOUND';
    }, 5000);

  const rule = (what: string) =>
    server.modify(`dn: olcDatabase={1}mdb,cn=config\nchangetype: modify\n${what}\n`);

  const FAULTS: readonly (readonly [string, () => Promise<void>, () => Promise<void>])[] = [
    ['is killed', () => server.kill(), () => server.start()],
    ['stands still', async () => server.suspend(), async () => server.resume()],
    ['is cut off without a word', () => proxy.set('blackhole'), () => proxy.set('well')],
    ['cuts every answer short', () => proxy.set('cut'), () => proxy.set('well')],
    [
      'takes all rights away',
      () => rule('add: olcAccess\nolcAccess: {1}to * by * none'),
      () => rule('delete: olcAccess\nolcAccess: {1}'),
    ],
    [
      'takes the right to mail away',
      () => rule('add: olcAccess\nolcAccess: {1}to attrs=mail by * none'),
      () => rule('delete: olcAccess\nolcAccess: {1}'),
    ],
    [
      'has another password now',
      async () => {
        await server.setPassword('another-secret');
        await proxy.set('reset');
        await proxy.set('well');
      },
      () => server.setPassword(server.password),
    ],
  ];

  test.each(FAULTS)('a server that %s: the known stay, nobody is denied', async (_, begin, end) => {
    const instance = await startInstance({ config: config() });
    expect(await answers(instance)).toBe(true);
    const state = { isBroken: true };
    await begin();
    onTestFinished(async () => {
      if (state.isBroken) await end();
    });
    const known = new Set<string>();
    const strangers = new Set<string>();
    for (let i = 0; i < 30; i++) {
      const replies = [instance.ask('user-exists', KNOWN), instance.ask('user-exists', stranger())];
      const [ofKnown = '', ofStranger = ''] = await Promise.all(replies);
      known.add(ofKnown);
      strangers.add(ofStranger.slice(0, 4));
    }
    await end();
    state.isBroken = false;
    expect([...known]).toEqual([`OK ${KNOWN}`]);
    expect([...strangers]).toEqual(['TEMP']);
    expect(await answers(instance)).toBe(true);
  });
});
