import { dirname, join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { Attribute, Change, Client } from 'ldapts';
import { preciseClock } from '../src/clock.ts';
import { Secret } from '../src/config/sources/secret.ts';
import { createLdapDirectory } from '../src/directory/ldap/ldap.ts';
import type { LdapSettings } from '../src/directory/ldap/settings.ts';
import { silentLog } from '../src/log.ts';
import { type Mirror, openMirror } from '../src/mirror/mirror.ts';
import { quietHooks } from '../test/support/hooks.ts';
import { run } from '../test/support/ldap/run.ts';
import type { LdapServer } from '../test/support/ldap/server.ts';
import { startSlapd } from '../test/support/ldap/slapd.ts';
import { ADMINISTRATOR } from '../test/support/ldap/slapd-config.ts';
import { settingsOf } from '../test/support/ldapfaults.ts';
import type { Part } from './report.ts';
import type { Stage } from './stage.ts';

const PEOPLE = 100_000;
const CHANGES = 200;
/** 100 000 people may take so much of our own processor, and a change so long until it is answered. */
const MOST_CPU_MS = 5000;
const MOST_CHANGE_MS = 50;

/** What it takes to mirror 100 000 people of a slapd, and how soon a change is answered. */
export const ldapfeed: Part = async (stage) => {
  await using resources = new AsyncDisposableStack();
  const server = await startSlapd({ sync: { sessionLog: 1000 } });
  resources.defer(() => server.remove());
  await fill(server);
  const first = await mirrorOf(server, stage, resources);
  const changes = await changesOf(server, first.mirror);
  await first.mirror.stop();
  const again = await mirrorOf(server, stage, resources);
  await again.mirror.stop();
  const p = (share: number): number => changes[Math.ceil(changes.length * share) - 1] ?? 0;
  const shown = (ms: number): string => ms.toFixed(ms < 100 ? 1 : 0);
  return {
    title: `ldapfeed: a mirror of ${PEOPLE} people of a slapd by content synchronisation`,
    columns: ['what', 'wall ms', 'own CPU ms', 'event loop p99 ms'],
    rows: [
      ['first listing', shown(first.wallMs), shown(first.cpuMs), shown(first.delayMs)],
      ['in step after a restart', shown(again.wallMs), shown(again.cpuMs), shown(again.delayMs)],
    ],
    notes: [
      `a change is answered ${shown(p(0.5))} ms after it was sent (median), p99 ${shown(p(0.99))}, max ${shown(p(1))}`,
      `bars: own CPU ${MOST_CPU_MS} ms${first.cpuMs > MOST_CPU_MS ? ' MISSED' : ''}, a change ${MOST_CHANGE_MS} ms${p(0.5) > MOST_CHANGE_MS ? ' MISSED' : ''}`,
    ],
    figures: { first: figuresOf(first), again: figuresOf(again), changesMs: changes },
    faults: first.entries >= PEOPLE ? [] : [`${first.entries} of ${PEOPLE} people were listed`],
  };
};

interface Measured {
  readonly mirror: Mirror;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly delayMs: number;
  readonly entries: number;
}

const figuresOf = ({ wallMs, cpuMs, delayMs }: Measured): object => ({ wallMs, cpuMs, delayMs });

/** Opens a mirror, and waits until it is in step. */
async function mirrorOf(
  server: LdapServer,
  { directory: place }: Stage,
  resources: AsyncDisposableStack,
): Promise<Measured> {
  const settings = settingsFor(server);
  const directory = createLdapDirectory(settings, quietHooks());
  resources.defer(() => directory.close());
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const cpu = process.cpuUsage();
  const at = performance.now();
  const mirror = await openMirror({
    name: 'staff',
    settings: {
      path: join(place, 'staff.db'),
      whenAbsent: 'deny',
      acceptFor: 86_400_000,
      denyFor: 0,
      guard: 0.1,
      grace: 0,
    },
    fingerprint: 'bench',
    follow: (cursor, signal) => {
      if (directory.follow === undefined) throw new Error('it can’t be followed');
      return directory.follow(cursor, signal);
    },
    confirm: async () => 'there',
    rules: { sharedAliases: false },
    limits: { depth: 10, members: 2000 },
    changed: () => {},
    released: () => {},
    clock: preciseClock,
    log: silentLog,
  });
  resources.defer(() => mirror.stop());
  mirror.begin();
  await seen(mirror, 'user0@example.test', 'found', 20);
  const wallMs = performance.now() - at;
  const { user, system } = process.cpuUsage(cpu);
  delay.disable();
  const entries = mirror.entries();
  return {
    mirror,
    wallMs,
    cpuMs: (user + system) / 1000,
    delayMs: delay.percentile(99) / 1e6,
    entries,
  };
}

/** Waits until a mirror says this of an address; asks every so many ms. */
async function seen(mirror: Mirror, address: string, is: string, everyMs = 1): Promise<void> {
  while (mirror.say(address, preciseClock.now()).is !== is) await pause(everyMs);
}

/** How long it takes until a change is answered, from when it is sent, sorted. */
async function changesOf(server: LdapServer, mirror: Mirror): Promise<readonly number[]> {
  const client = new Client({ url: `ldap://${server.host}:${server.port}` });
  await client.bind(ADMINISTRATOR.dn, ADMINISTRATOR.password);
  const took: number[] = [];
  for (let i = 0; i < CHANGES; i++) {
    const alias = `new${i}@example.test`;
    const modification = new Attribute({ type: 'mailAlternateAddress', values: [alias] });
    const at = performance.now();
    const sent = client.modify(
      `uid=user${i},ou=mirrored,${server.base}`,
      new Change({ operation: 'add', modification }),
    );
    await seen(mirror, alias, 'found');
    took.push(performance.now() - at);
    await sent;
  }
  await client.unbind();
  return took.toSorted((a, b) => a - b);
}

const settingsFor = (server: LdapServer): LdapSettings =>
  settingsOf(server, [{ kind: 'tcp', host: server.host, port: server.port, secure: false }], {
    bind: { dn: server.bindDn, password: new Secret(server.password) },
    connectTimeout: 20_000,
    searchTimeout: 20_000,
    accounts: { base: `ou=mirrored,${server.base}` },
    groups: { base: server.groupsBase, depth: 10, members: 2000 },
  });

/** Puts the people into the server's files while it is down. */
async function fill(server: LdapServer): Promise<void> {
  const place = dirname(server.ldapi ?? '');
  const { base } = server;
  await server.stop();
  const people = Array.from(
    { length: PEOPLE },
    (_, i) =>
      `dn: uid=user${i},ou=mirrored,${base}\nobjectClass: inetOrgPerson\nobjectClass: mailRecipient\nuid: user${i}\ncn: u\nsn: u\nmail: user${i}@example.test\nmailAlternateAddress: u${i}.a@example.test\nmailAlternateAddress: u${i}.b@example.test\n`,
  );
  const unit = `dn: ou=mirrored,${base}\nobjectClass: organizationalUnit\nou: mirrored\n`;
  const ldif = [unit, ...people].join('\n');
  await run('/usr/sbin/slapadd', ['-q', '-n', '1', '-F', join(place, 'slapd.d')], ldif);
  await server.start();
}
