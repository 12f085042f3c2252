import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Change, Fault, type Listed } from '../../../src/directory/directory.ts';
import { listingNone, makePlace, startInstance } from '../instance.ts';
import { account, createScripted } from '../scripted.ts';
import { until } from '../until.ts';
import { once as film, type Scenes } from './scenes.ts';
import { dressed, read, type Scrape, scrape } from './scrape.ts';
import { names } from './stage.ts';

const LIMIT_MS = 20_000;
const AGE = 'idpmap_mirror_age_seconds';
const DAY_S = 24 * 60 * 60;

type Batch = readonly Change[];

const mark = (cursor: string): Batch => [{ kind: 'mark', cursor, agoMs: 0, nextMs: 60_000 }];

const listed = (name: string): readonly [string, Listed] => [
  `people:${name}`,
  { ...account(`${name}@example.org`), names: [] },
];

/** A directory whose people are told by a script, and a daemon that mirrors it. */
async function mirrored(
  tell: (signal: AbortSignal) => AsyncGenerator<Batch>,
): Promise<() => Promise<Scrape>> {
  const staff = createScripted();
  const place = await makePlace();
  const { daemon } = await startInstance({
    config: `
http: tcp://127.0.0.1:0
domains: { example.org: { directory: staff } }
directories:
  staff:
    type: ldap
    urls: ldaps://ldap.example.org
    base: dc=example
    bind: { anonymous: true }
    mirror: { path: ${join(place, 'mirrors', 'staff.db')} }
`,
    open: async () => ({ ...listingNone(staff), follow: (_cursor, signal) => tell(signal) }),
  });
  return () => scrape(daemon.http);
}

/** Tells of a hundred people, and then nothing. */
export async function* everybody(signal: AbortSignal): AsyncGenerator<Batch> {
  yield [
    { kind: 'listing', part: 'people' },
    { kind: 'put', entries: names('p', 100).map(listed) },
  ];
  yield [{ kind: 'listed', part: 'people' }];
  yield mark('1');
  if (!signal.aborted) await once(signal, 'abort');
}

async function seen(
  see: () => Promise<Scrape>,
  isMeant: (shown: Scrape) => boolean,
): Promise<Scrape> {
  let last = await see();
  await until(async () => {
    last = await see();
    return isMeant(last);
  }, LIMIT_MS);
  return last;
}

const isWell = (shown: Scrape) => read(shown, 'mirror_in_step{') === 1;

/** Alerts on the copies of directories. */
export const MIRROR_SCENES: Scenes = {
  IdpmapMirrorHeld: [
    async () => {
      const vanish = Promise.withResolvers<void>();
      const see = await mirrored(async function* (signal) {
        const told = everybody(signal);
        for (let i = 0; i < 3; i++) {
          const { value } = await told.next();
          if (value !== undefined) yield value;
        }
        await vanish.promise;
        yield [{ kind: 'gone', refs: names('p', 40).map((name) => `people:${name}`) }];
        yield mark('2');
        if (!signal.aborted) await once(signal, 'abort');
      });
      const before = await seen(see, isWell);
      vanish.resolve();
      return film(before, await seen(see, (shown) => read(shown, 'mirror_held{') === 1));
    },
  ],
  IdpmapMirrorBehind: [
    async () => {
      const fall = Promise.withResolvers<void>();
      let isFallen = false;
      const see = await mirrored(async function* (signal) {
        if (isFallen) throw new Fault('directory', 'it is away');
        for await (const batch of everybody(AbortSignal.any([signal, AbortSignal.timeout(1)])))
          yield batch;
        await Promise.race([fall.promise, once(signal, 'abort')]);
        throw new Fault('directory', 'it is away');
      });
      const before = await seen(see, isWell);
      isFallen = true;
      fall.resolve();
      // What it promised lasts for minutes.
      return film(before, dressed(await see(), 'idpmap_mirror_in_step', 0));
    },
  ],
  IdpmapMirrorEnding: [
    async () => {
      const see = await mirrored(everybody);
      const before = await seen(
        see,
        (shown) => isWell(shown) && read(shown, 'mirror_age_seconds{') !== undefined,
      );
      return film(before, dressed(before, AGE, 6 * DAY_S));
    },
  ],
  IdpmapMirrorNeverListed: [
    async () => {
      const well = await seen(await mirrored(everybody), isWell);
      const never = await mirrored(async function* (signal) {
        yield [{ kind: 'listing', part: 'people' }];
        await pause(0, undefined, { signal });
        throw new Fault('directory', 'size limit exceeded');
      });
      return film(well, await seen(never, (shown) => read(shown, 'mirror_in_step{') === 0), 90);
    },
  ],
};
