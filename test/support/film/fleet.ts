import { onTestFinished } from 'vitest';
import { KEY } from '../fleet/daemons.ts';
import { startEngine, type TestEngine } from '../fleet/engine.ts';
import { listingNone, startInstance } from '../instance.ts';
import { account, createScripted, employ } from '../scripted.ts';
import { until } from '../until.ts';
import { again, once, type Scenes } from './scenes.ts';
import { dressed, read, type Scrape, scrape, type Target, together } from './scrape.ts';
import { names } from './stage.ts';

const LIMIT_MS = 20_000;
const CLOCK = 'idpmap_fleet_clock_difference_seconds';
const OTHER: Target = { pod: 'idpmap-1', instance: '10.0.0.2:9101' };
const OTHER_KEY = Buffer.from(Array.from({ length: 32 }, (_, i) => i * 5 + 3)).toString('base64');

/** A running daemon of a fleet. */
interface Member {
  readonly purge: () => Promise<unknown>;
  readonly askAll: (names: readonly string[]) => Promise<void>;
  readonly see: () => Promise<Scrape>;
}

async function open(): Promise<TestEngine> {
  const engine = await startEngine();
  onTestFinished(() => engine.stop());
  return engine;
}

/** Starts one whose directory is of a type that is shared. */
async function join(url: string, key = KEY, target?: Target): Promise<Member> {
  const staff = createScripted();
  employ(
    staff,
    names('p', 100).map((name) => account(`${name}@example.org`)),
  );
  const { ask, command, daemon } = await startInstance({
    config: `
http: tcp://127.0.0.1:0
cache: { fresh: 0ms, freshNone: 0ms, unknown: 0ms }
domains: { example.org: { directory: staff } }
directories:
  staff: { type: ldap, urls: ldaps://ldap.example.org, base: dc=example, bind: { anonymous: true } }
fleet: { url: "${url}", key: "${key}", timeout: 50ms }
`,
    open: async () => listingNone(staff),
  });
  return {
    purge: () => command('purge', { what: { all: true } }),
    askAll: async (all) => {
      await Promise.all(all.map((name) => ask('user-exists', `${name}@example.org`)));
    },
    see: () => scrape(daemon.http, target),
  };
}

/** Does something until it is seen. */
async function seen(
  see: () => Promise<Scrape>,
  isMeant: (shown: Scrape) => boolean,
  act: () => Promise<unknown> = async () => {},
): Promise<Scrape> {
  let last = await see();
  await until(async () => {
    await act();
    last = await see();
    return isMeant(last);
  }, LIMIT_MS);
  return last;
}

const isUp = (shown: Scrape) => read(shown, 'fleet_up{') === 1 && read(shown, CLOCK) !== undefined;

/** Alerts on what daemons know together. */
export const FLEET_SCENES: Scenes = {
  IdpmapFleetDown: [
    async () => {
      const engine = await open();
      const { see } = await join(engine.url);
      const before = await seen(see, isUp);
      engine.signal('SIGKILL');
      return once(before, await seen(see, (shown) => read(shown, 'fleet_up{') === 0));
    },
  ],
  IdpmapFleetRefused: [
    async () => {
      const { url } = await open();
      const { see } = await join(url);
      const before = await seen(see, isUp);
      const stranger = await join(url, OTHER_KEY);
      const isRefused = (shown: Scrape) => (read(shown, 'refused_total{', 'seal') ?? 0) > 0;
      return again(before, await seen(see, isRefused, stranger.purge), 30);
    },
  ],
  IdpmapFleetClock: [
    async () => {
      const { see } = await join((await open()).url);
      // The engine and this process have one clock.
      const before = await seen(see, isUp);
      return once(before, dressed(before, CLOCK, -8));
    },
  ],
  IdpmapFleetSplit: [
    async () => {
      const engines = [await open(), await open()] as const;
      const [one, same, other] = [
        await join(engines[0].url),
        await join(engines[0].url, KEY, OTHER),
        await join(engines[1].url, KEY, OTHER),
      ];
      const seesOf = (count: number) => (shown: Scrape) =>
        isUp(shown) && read(shown, 'fleet_members{') === count;
      const before = together(await seen(one.see, seesOf(2)), await seen(same.see, seesOf(2)));
      const apart = await seen(other.see, seesOf(1));
      // What the first one would see without the second, which has left it for the other engine.
      const alone = dressed(await one.see(), 'idpmap_fleet_members', 1);
      return once(before, together(alone, apart), 30);
    },
  ],
  IdpmapFleetFull: [
    async () => {
      const { client, url } = await open();
      const { askAll, see } = await join(url);
      const before = await seen(see, isUp, () => askAll(['p0']));
      await client.config('SET', 'maxmemory', '1');
      const isFull = (shown: Scrape) =>
        isUp(shown) && (read(shown, 'writes_total{', 'refused') ?? 0) > 0;
      return again(before, await seen(see, isFull, () => askAll(names('p', 5))), 30);
    },
  ],
};
