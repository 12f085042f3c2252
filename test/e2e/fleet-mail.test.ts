import { afterAll, beforeAll, expect, test } from 'vitest';
import { KEY } from '../support/fleet/daemons.ts';
import { startEngine, type TestEngine } from '../support/fleet/engine.ts';
import { type FleetProcess, seesMembers, startFleetProcess } from '../support/fleet/processes.ts';
import { inetDn } from '../support/ldap/inet-entries.ts';
import { CROWD } from '../support/ldap/population.ts';
import type { LdapServer } from '../support/ldap/server.ts';
import { startSlapd } from '../support/ldap/slapd.ts';
import { findFreePorts } from '../support/loopback.ts';
import { type Postfix, startPostfix } from '../support/postfix/postfix.ts';
import { connectSmtp } from '../support/postfix/smtp.ts';
import { describeWith } from '../support/requirement.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const DAEMONS = 10;
/** Whom some daemon is asked for while the directory is well, each by one. */
const KNOWN = 60;
const PATIENCE_MS = 30_000;

/** Members of the population's crowd. Whom nobody is asked for before comes last. */
const idOf = (i: number): string => `u${String(i + 1).padStart(4, '0')}`;
const addressOf = (i: number): string => `${idOf(i)}@example.test`;
const numbers = (count: number, from = 0): readonly number[] =>
  Array.from({ length: count }, (_, i) => from + i);
const KNOWN_PEOPLE = numbers(KNOWN).map(addressOf);
const UNKNOWN_PEOPLE = numbers(KNOWN / 2, CROWD - KNOWN / 2).map(addressOf);
const strangers = (when: string): readonly string[] =>
  numbers(KNOWN / 2).map((i) => `nobody-${when}-${i}@example.test`);

/** Postfix has a port for each daemon, as each would have a Postfix of its own; the last one is for a newcomer. */
describeWith(['postfix', 'root', 'slapd', 'redis'], 'ten daemons of a fleet', () => {
  let place: TemporaryDirectory;
  let engine: TestEngine;
  let server: LdapServer;
  let postfix: Postfix;
  let tables: readonly number[] = [];
  let doors: readonly number[] = [];
  const daemons: FleetProcess[] = [];

  const serve = (i: number): Promise<FleetProcess> =>
    startFleetProcess({
      place: place.path,
      settings: {
        listen: `tcp://127.0.0.1:${tables[i]}`,
        // A busy machine of the tests is no fault of the engine, nor of the directory.
        deadline: '5s',
        fleet: { url: engine.url, key: KEY, timeout: '1s' },
        // What changes does so by news alone.
        cache: { fresh: '1h', freshNone: '5s' },
        domains: { 'example.test': { directory: 'staff' } },
        directories: {
          staff: {
            type: 'ldap',
            urls: `ldap://127.0.0.1:${server.port}`,
            bind: { dn: server.bindDn, password: server.password },
            base: server.base,
            accounts: { mailOnly: 'employeeType=shared' },
            connectTimeout: '10s',
          },
        },
      },
    });

  beforeAll(async () => {
    place = await makeTemporaryDirectory('fleet-mail');
    engine = await startEngine();
    server = await startSlapd();
    tables = await findFreePorts(DAEMONS + 1);
    doors = await findFreePorts(DAEMONS + 1);
    postfix = await startPostfix({
      mainCf: { virtual_mailbox_domains: 'example.test', virtual_transport: 'discard:' },
      masterCf: doors.map(
        (door, i) =>
          `127.0.0.1:${door} inet n - n - - smtpd -o virtual_mailbox_maps=socketmap:inet:127.0.0.1:${tables[i]}:user-exists`,
      ),
    });
    daemons.push(...(await Promise.all(numbers(DAEMONS).map(serve))));
  });
  afterAll(async () => {
    await postfix?.stop();
    await Promise.all(daemons.map((daemon) => daemon.stop()));
    await server?.remove();
    await engine?.stop();
    await place?.remove();
  });

  /** Postfix's verdicts, by way of one daemon. */
  const verdicts = async (
    daemon: number,
    recipients: readonly string[],
  ): Promise<readonly number[]> => {
    const client = await connectSmtp(doors[daemon] ?? 0);
    try {
      await client.ehlo();
      await client.mail('eve@client.test');
      const codes: number[] = [];
      for (const each of recipients) codes.push((await client.rcpt(each)).code);
      return codes;
    } finally {
      client.close();
    }
  };

  /** How often there was which, by way of all of them. */
  const tallyOf = async (
    which: readonly number[],
    recipients: readonly string[],
  ): Promise<Readonly<Record<number, number>>> => {
    const tally: Record<number, number> = {};
    const all = await Promise.all(which.map((daemon) => verdicts(daemon, recipients)));
    for (const code of all.flat()) tally[code] = (tally[code] ?? 0) + 1;
    return tally;
  };

  test('take mail for whomever any of them knows while the directory is dead, one that starts then included, and refuse nobody', async () => {
    const before = await Promise.all(
      numbers(DAEMONS).map((daemon) =>
        verdicts(
          daemon,
          KNOWN_PEOPLE.filter((_, i) => i % DAEMONS === daemon),
        ),
      ),
    );
    expect(before.flat()).toEqual(KNOWN_PEOPLE.map(() => 250));

    await server.kill();
    daemons.push(await serve(DAEMONS));
    const all = numbers(DAEMONS + 1);
    expect(await tallyOf([DAEMONS], KNOWN_PEOPLE)).toEqual({ 250: KNOWN });
    expect(await tallyOf(all, KNOWN_PEOPLE)).toEqual({ 250: KNOWN * all.length });
    const others = [...UNKNOWN_PEOPLE, ...strangers('dead')];
    expect(await tallyOf(all, others)).toEqual({ 451: others.length * all.length });

    await server.start();
    for (const daemon of all) {
      const isBack = async (): Promise<boolean> => {
        const codes = await verdicts(daemon, [...UNKNOWN_PEOPLE, ...strangers('dead')]);
        return codes.every((code, i) => code === (i < UNKNOWN_PEOPLE.length ? 250 : 550));
      };
      expect(await until(isBack, PATIENCE_MS), `of daemon ${daemon}`).toBe(true);
    }
  });

  test('refuse mail for somebody who has left as soon as one of them is told to forget them', async () => {
    const [first] = daemons;
    if (first === undefined) throw new Error('there is no daemon');
    const all = numbers(daemons.length);
    const leaver = addressOf(KNOWN);
    expect(await tallyOf(all, [leaver])).toEqual({ 250: all.length });
    await server.modify(`dn: ${inetDn(idOf(KNOWN))}\nchangetype: delete\n`);
    expect(await tallyOf(all, [leaver])).toEqual({ 250: all.length });
    expect(await seesMembers(first, all.length)).toBe(true);

    const beatsBefore = await beatsOf(engine);
    const begunAt = performance.now();
    // Whoever is late with a beat is not counted, and hears of it all the same.
    const { told } = await first.command('purge', { what: { address: leaver } });
    expect(told).toBeGreaterThan(0);
    expect(told).toBeLessThan(all.length);
    expect(await verdicts(0, [leaver])).toEqual([550]);
    const heardAfter = await Promise.all(
      all.map(async (daemon) => {
        const isGone = async () => (await verdicts(daemon, [leaver]))[0] === 550;
        expect(await until(isGone, PATIENCE_MS), `of daemon ${daemon}`).toBe(true);
        return performance.now() - begunAt;
      }),
    );
    const beats = ((await beatsOf(engine)) - beatsBefore) / all.length;
    console.log(
      `a purge is 550 everywhere after ${Math.trunc(Math.max(...heardAfter))} ms, ${beats.toFixed(1)} beats`,
    );
    // Beats, two a second, and no seconds: a machine that has no time for them has none for tests either.
    expect(beats).toBeLessThan(10);
    expect(await tallyOf(all, KNOWN_PEOPLE)).toEqual({ 250: KNOWN * all.length });
    expect(postfix.bounces()).toEqual([]);
  });
});

/** How often daemons have asked it for the time: once at each beat. */
async function beatsOf({ client }: TestEngine): Promise<number> {
  const stats = await client.info('commandstats');
  return Number(/cmdstat_time:calls=(\d+)/.exec(stats)?.[1]);
}
