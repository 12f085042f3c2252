import { expect, test } from 'vitest';
import { createDice } from '../soak/dice.ts';
import { KEY } from '../support/fleet/daemons.ts';
import { ANN, becomes, PATIENCE_MS, urlOf, useScene } from '../support/fleet/scene.ts';
import { describeWith } from '../support/requirement.ts';
import { account, createScripted, employ } from '../support/scripted.ts';
import { until } from '../support/until.ts';

/** What is told once counts to the end of a test, however busy the machine is. */
const LASTING = { freshMs: 3_600_000, freshNoneMs: 3_600_000 };

describeWith(['redis'], 'what is kept apart in a real Redis', () => {
  const scene = useScene();

  test('directories of other settings, and fleets of other keys, have the same addresses and never each other’s answers', async () => {
    const other = Buffer.from(Buffer.from(KEY, 'base64').toReversed()).toString('base64');
    const addresses = Array.from({ length: 40 }, (_, i) => `p${i}@example.org`);
    const seed = Math.trunc(Math.random() * 1e9);
    const dice = createDice(seed);
    const worlds = await Promise.all(
      [
        { keys: [KEY], fingerprint: 'one' },
        { keys: [KEY], fingerprint: 'two' },
        { keys: [other], fingerprint: 'one' },
        { keys: [other], fingerprint: 'two' },
      ].map(async (options, i) => {
        const directory = createScripted();
        // Each address is in half of them, in every combination of them somewhere.
        const isThere = (address: string): boolean =>
          (Number.parseInt(address.slice(1)) >> i) % 2 > 0;
        employ(
          directory,
          addresses.filter(isThere).map((address) => account(address)),
        );
        const start = () => scene.start({ ...options, directory, times: LASTING });
        return { isThere, directory, daemons: [await start(), await start()] as const };
      }),
    );
    for (let i = 0; i < 1500; i++) {
      const world = worlds[dice.throw(worlds.length)];
      const address = addresses[dice.throw(addresses.length)] ?? '';
      const { status } = (await world?.daemons[dice.throw(2)]?.ask(address)) ?? {};
      const expected = world?.isThere(address) === true ? 'found' : 'none';
      expect(status, `${address}, seed ${seed}`).toBe(expected);
    }
    // Within each of them they do share.
    for (const { directory } of worlds)
      expect(directory.asked.length).toBeLessThanOrEqual(addresses.length);
  });

  test('a purge that is told while everybody reconnects arrives at everybody', async () => {
    const proxies = [await scene.proxied(), await scene.proxied(), await scene.proxied()];
    const daemons = await Promise.all(proxies.map((each) => scene.start({ url: urlOf(each) })));
    const leavers = Array.from({ length: 12 }, (_, i) => `l${i}@example.org`);
    employ(
      scene.directory,
      leavers.map((each) => account(each)),
    );
    for (const [i, leaver] of leavers.entries()) {
      for (const daemon of daemons)
        expect(await daemon.ask(leaver)).toMatchObject({ status: 'found' });
      await Promise.all(proxies.map((each) => each.set('reset')));
      const teller = daemons[i % daemons.length];
      scene.directory.people.delete(leaver);
      const reconnected = Promise.all(
        proxies.map(async (each, at) => {
          await each.set('well');
          // At one end of it, in the midst of it, or at the other.
          if (at === Math.trunc(i / 4)) {
            teller?.fleet.tell({ op: 'purge', what: { address: leaver } });
            await teller?.memory.forget((key) => key === leaver);
          }
        }),
      );
      await reconnected;
      for (const daemon of daemons) {
        const isGone = async () => (await daemon.ask(leaver)).status === 'none';
        expect(await until(isGone, PATIENCE_MS)).toBe(true);
      }
      for (const daemon of daemons) await becomes(daemon, 'up');
    }
    expect(await daemons[0]?.ask(ANN)).toMatchObject({ status: 'found' });
  });
});
