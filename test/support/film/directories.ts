import { stringify } from 'yaml';
import { until } from '../until.ts';
import { again, once, type Scene, type Scenes } from './scenes.ts';
import { read, type Scrape } from './scrape.ts';
import { names, type Props, type Stage, setStage } from './stage.ts';

const LIMIT_MS = 20_000;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Asks, so that there is something to see, until it is seen. */
async function seeOnce(
  { see, askAll }: Stage,
  asked: readonly string[],
  isMeant: (scrape: Scrape) => boolean,
): Promise<Scrape> {
  let seen = await see();
  await until(async () => {
    await askAll(asked);
    seen = await see();
    return isMeant(seen);
  }, LIMIT_MS);
  return seen;
}

/** People are known, and then the directory is in this mode and asked again. */
async function inMode(
  mode: Stage['staff']['mode'],
  asked: readonly string[],
  props: Props = {},
): Promise<readonly [Scrape, Scrape]> {
  const { staff, askAll, see } = await setStage(props);
  await askAll(names('p', 30));
  const before = await see();
  staff.mode = mode;
  await askAll(asked);
  return [before, await see()];
}

/** The circuit opens, and so it stays for so many steps. */
async function opened(): Promise<readonly [Scrape, Scrape]> {
  const stage = await setStage();
  await stage.askAll(['ann']);
  const before = await stage.see();
  stage.staff.mode = 'fails';
  const isOpen = (seen: Scrape) => read(seen, 'directory_circuit_open{', '"staff"') === 1;
  return [before, await seeOnce(stage, names('stranger', 20), isOpen)];
}

const guestsOf = (count: number): string =>
  stringify({
    accounts: names('g', count).map((name) => ({ address: `${name}@example.org` })),
    tables: { transport: {} },
  });

/** Another content of the file, which is noticed by and by. */
async function edited(text: string, figure: string): Promise<Scene> {
  const stage = await setStage({ guests: guestsOf(20) });
  const before = await seeOnce(stage, ['g1'], (seen) => read(seen, '"accounts"') === 20);
  await stage.write(text);
  const isSeen = (seen: Scrape) => read(seen, `figure="${figure}"`, '"guests"') === 1;
  return once(before, await seeOnce(stage, ['g1'], isSeen));
}

/** What the directory is reached with ends in so many days. */
async function expiring(credential: string, days: number, steps: number): Promise<Scene> {
  const figures = { [`${credential}ExpiresAt`]: Date.now() + 100 * DAY_MS };
  const { see } = await setStage({ figures });
  const before = await see();
  figures[`${credential}ExpiresAt`] = Date.now() + days * DAY_MS;
  return once(before, await see(), steps);
}

/** Alerts on directories, and on what they hold. */
export const DIRECTORY_SCENES: Scenes = {
  IdpmapDirectoryDown: [
    async () => once(...(await inMode('fails', names('stranger', 5))), 12),
    async () => once(...(await opened())),
  ],
  IdpmapCircuitOpen: [async () => once(...(await opened()))],
  IdpmapDirectoryUnsteady: [async () => again(...(await opened()), 8)],
  IdpmapServingStale: [async () => again(...(await inMode('fails', names('p', 5))))],
  IdpmapStaleEnds: [
    async () => again(...(await inMode('fails', ['p1'], { cache: ', stale: 20m' })), 30),
  ],
  IdpmapOverload: [
    async () => {
      const staff = ', limit: { inFlight: 1, queue: 0 }';
      return again(...(await inMode('slow', names('stranger', 5), { staff })));
    },
  ],
  IdpmapHeld: [
    () => edited(guestsOf(2), 'held'),
    async () => {
      const stage = await setStage({ staff: ', domainsRefresh: 1s' });
      const before = await stage.see();
      stage.staff.listed = ['d1.example'];
      const isHeld = (seen: Scrape) => read(seen, 'directory_domains_held{', '"staff"') === 1;
      return once(before, await seeOnce(stage, ['ann'], isHeld));
    },
  ],
  IdpmapUnread: [() => edited('accounts: [', 'unread')],
  IdpmapDomainsUnknown: [
    async () => {
      const before = await (await setStage()).see();
      return once(before, await (await setStage({ lists: 'no' })).see());
    },
  ],
  IdpmapFlips: [async () => once(...(await inMode('forgets', names('p', 3))), 8)],
  IdpmapManyGone: [
    async () => {
      const { staff, askAll, see } = await setStage();
      await askAll(names('p', 3));
      const before = await see();
      for (const name of names('p', 3)) staff.people.delete(`${name}@example.org`);
      await askAll(names('p', 3));
      return again(before, await see(), 30);
    },
  ],
  IdpmapCredentialExpires: [() => expiring('secret', 10, 70)],
  IdpmapCertificateExpires: [() => expiring('certificate', 10, 70)],
  IdpmapExpiresNow: [() => expiring('certificate', 2, 20), () => expiring('secret', 2, 20)],
};
