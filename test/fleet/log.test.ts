import { expect, test, vi } from 'vitest';
import { createFleetFigures } from '../../src/fleet/figures.ts';
import { createNewsLog, type NewsLog } from '../../src/fleet/log.ts';
import type { News } from '../../src/fleet/news.ts';
import { createSeal } from '../../src/fleet/seal.ts';
import { createFleetTime } from '../../src/fleet/time.ts';
import { createTestStream, type TestStream } from '../support/fleet/stream.ts';
import { useFakeTime } from '../support/world.ts';

useFakeTime();

const purgeOf = (address: string): News => ({ op: 'purge', what: { address } });
const addressesIn = (all: readonly News[]): readonly string[] =>
  all.flatMap((news) => (news.op === 'purge' && 'address' in news.what ? [news.what.address] : []));

interface TestDaemon {
  readonly log: NewsLog;
  /** Looks at the engine's clock, as each beat does, and reads. */
  beat(): Promise<void>;
  /** The same, and does not wait for its end. */
  begin(): void;
  readonly noted: News[];
  readonly heard: News[];
  readonly caughtUp: () => number;
}

function createDaemon(stream: TestStream, me: string): TestDaemon {
  const time = createFleetTime();
  const noted: News[] = [];
  const heard: News[] = [];
  let caughtUp = 0;
  const look = (): Promise<void> => {
    const local = Math.trunc(performance.now());
    return log.beat(stream.engine, time.set(Date.now(), local, local));
  };
  const log = createNewsLog({
    key: 'log',
    me,
    seal: createSeal([Buffer.alloc(32, 3)]),
    time: () => time,
    heard: (news) => heard.push(news),
    note: (news) => noted.push(news),
    caughtUp: () => {
      caughtUp += 1;
    },
    deliver: (command) => command(stream.engine),
    figures: createFleetFigures(),
  });
  return {
    log,
    noted,
    heard,
    caughtUp: () => caughtUp,
    begin: () => void look().catch(() => {}),
    beat: async () => {
      await look();
      await log.flush();
      await vi.advanceTimersByTimeAsync(500);
    },
  };
}

/** So many beats of all of them, one after the other. */
async function beats(daemons: readonly TestDaemon[], count = 1): Promise<void> {
  for (let i = 0; i < count; i++) for (const daemon of daemons) await daemon.beat();
}

test('where nothing is new, the last line alone is read', async () => {
  const stream = createTestStream(Date.now);
  const [one, two] = [createDaemon(stream, 'one'), createDaemon(stream, 'two')];
  await beats([one, two], 2);
  one.log.tell(purgeOf('ann@x.org'));
  await beats([one, two], 2);
  expect(addressesIn(two.heard)).toEqual(['ann@x.org']);
  const before = stream.readFrom.length;
  await beats([one, two], 3);
  expect(stream.readFrom.slice(before)).not.toContain('-');
  expect(two.heard).toHaveLength(1);
});

test('news that the engine had taken and that a replica had not got are told again, and heard once', async () => {
  const stream = createTestStream(Date.now);
  const [one, two] = [createDaemon(stream, 'one'), createDaemon(stream, 'two')];
  await beats([one, two], 2);
  one.log.tell(purgeOf('ann@x.org'));
  await one.log.flush();
  // Nobody has read it yet.
  stream.lose(1);
  await beats([one, two], 3);
  expect(addressesIn(two.heard)).toEqual(['ann@x.org']);
  // Both have.
  stream.lose(1);
  const late = createDaemon(stream, 'late');
  await beats([one, two, late], 3);
  expect(addressesIn(two.heard)).toEqual(['ann@x.org']);
  expect(addressesIn(late.noted)).toEqual(['ann@x.org']);
});

test('news that a replica had not got are told again, also where others were told to it before that was noticed', async () => {
  const stream = createTestStream(Date.now);
  const [one, two] = [createDaemon(stream, 'one'), createDaemon(stream, 'two')];
  await beats([one, two], 2);
  for (const name of ['ann', 'bob']) one.log.tell(purgeOf(`${name}@x.org`));
  await one.log.flush();
  // Nobody has read them yet; the next one is told at once, to whoever took over.
  stream.lose(2);
  one.log.tell(purgeOf('cleo@x.org'));
  await one.log.flush();
  await beats([two]);
  expect(addressesIn(two.heard)).toEqual(['cleo@x.org']);
  await beats([one, two], 3);
  expect(addressesIn(two.heard)).toEqual(['cleo@x.org', 'ann@x.org', 'bob@x.org']);
  const late = createDaemon(stream, 'late');
  await beats([late]);
  expect(addressesIn(late.noted).toSorted()).toEqual(['ann@x.org', 'bob@x.org', 'cleo@x.org']);
});

test('a line that somebody laid down again is heard once', async () => {
  const stream = createTestStream(Date.now);
  const [one, two] = [createDaemon(stream, 'one'), createDaemon(stream, 'two')];
  await beats([one, two], 2);
  for (const name of ['ann', 'bob']) one.log.tell(purgeOf(`${name}@x.org`));
  await beats([one, two], 2);
  for (let i = 0; i < 3; i++) {
    stream.layAgain(1);
    stream.layAgain(2);
    await beats([one, two]);
  }
  expect(addressesIn(two.heard)).toEqual(['ann@x.org', 'bob@x.org']);
});

test('a log that takes longer to read than a beat is read once, and to its end', async () => {
  const stream = createTestStream(Date.now);
  const [one, two] = [createDaemon(stream, 'one'), createDaemon(stream, 'two')];
  await beats([one, two], 2);
  stream.batch = 2;
  stream.delayMs = 700;
  const before = stream.readFrom.length;
  for (let i = 0; i < 12; i++) one.log.tell(purgeOf(`p${i}@x.org`));
  await one.log.flush();
  for (let i = 0; i < 40; i++) {
    two.begin();
    await vi.advanceTimersByTimeAsync(500);
  }
  expect(addressesIn(two.heard)).toHaveLength(12);
  expect(stream.readFrom.slice(before)).not.toContain('-');
});

test.each(['forget', 'purge', 'accept', 'domains'] as const)(
  'so many news of the kind %s that wait are told as fewer, and none counts for less',
  async (op) => {
    const stream = createTestStream(Date.now);
    const [one, two] = [createDaemon(stream, 'one'), createDaemon(stream, 'two')];
    await beats([one, two], 2);
    stream.isAway = true;
    const newsOf = (i: number): News => {
      if (op === 'purge') return purgeOf(`p${i}@x.org`);
      if (op === 'accept') return { op, directory: 'staff', digests: [String(i % 2)] };
      if (op === 'domains') return { op, directory: 'staff' };
      return { op, directory: 'staff', concern: { ids: [], addresses: [`p${i}@x.org`] } };
    };
    for (let i = 0; i < 1200; i++) one.log.tell(newsOf(i));
    for (let i = 0; i < 1200; i++) one.log.tell({ op: 'healed', directory: 'other' });
    stream.isAway = false;
    await beats([one, two], 3);
    expect(one.log.waiting()).toBe(0);
    const heard = two.heard.map((news) => news.op);
    const counts = { forget: 0, purge: 1200, accept: 2, domains: 1 };
    expect(heard.filter((each) => each === op)).toHaveLength(counts[op]);
    expect(heard.includes('expire')).toBe(op === 'forget');
    expect(stream.size()).toBeLessThan(2000);
  },
);

test('more purges than a log keeps lines become one of all', async () => {
  const stream = createTestStream(Date.now);
  const [one, two] = [createDaemon(stream, 'one'), createDaemon(stream, 'two')];
  await beats([one, two], 2);
  stream.isAway = true;
  for (let i = 0; i < 20_000; i++) one.log.tell(purgeOf(`p${i}@x.org`));
  stream.isAway = false;
  await beats([one, two], 3);
  const purged = two.heard.flatMap((news) => (news.op === 'purge' ? [news.what] : []));
  expect(purged).toContainEqual({ all: true });
  expect(stream.size()).toBeLessThan(10_000);
});

test('what was told on the other side of a split is heard by whoever had gone further there', async () => {
  const stream = createTestStream(Date.now);
  const [one, two] = [createDaemon(stream, 'one'), createDaemon(stream, 'two')];
  await beats([one, two], 2);
  one.log.tell(purgeOf('lost@x.org'));
  await beats([one, two], 2);
  expect(addressesIn(two.heard)).toEqual(['lost@x.org']);
  stream.lose(1);
  const other = createDaemon(stream, 'other');
  await beats([other]);
  other.log.tell(purgeOf('ann@x.org'));
  await other.log.flush();
  await beats([two], 2);
  expect(addressesIn(two.noted)).toContain('ann@x.org');
  // What lies there may have been told at any time: memory is looked through instead.
  expect(two.caughtUp()).toBe(2);
});

test('an era that was lost with the newest lines counts no more', async () => {
  const stream = createTestStream(Date.now);
  const [one, two] = [createDaemon(stream, 'one'), createDaemon(stream, 'two')];
  await beats([one, two], 2);
  one.log.tell(purgeOf('ann@x.org'));
  await beats([one, two], 2);
  const before = one.log.era();
  vi.setSystemTime(Date.now() - 60_000);
  await beats([one, two], 2);
  expect(one.log.era()).not.toBe(before);
  expect(two.log.era()).toBe(one.log.era());
  vi.setSystemTime(Date.now() + 60_000);
  // The era's first line is trimmed, the second era was not there yet: another tells which one it is.
  stream.lose(1);
  stream.trim(1);
  await beats([one, two], 2);
  expect(one.log.era()).toBe(before);
  expect(two.log.era()).toBe(before);
});

test('a log that is gone is begun anew by one of them', async () => {
  const stream = createTestStream(Date.now);
  const [one, two] = [createDaemon(stream, 'one'), createDaemon(stream, 'two')];
  await beats([one, two], 2);
  const before = one.log.era();
  await beats([one, two], 10);
  stream.lose(stream.size());
  await beats([one, two], 2);
  expect(one.log.era()).not.toBe(before);
  expect(two.log.era()).toBe(one.log.era());
  expect(stream.size()).toBe(1);
});
