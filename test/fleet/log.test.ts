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
  readonly noted: News[];
  readonly heard: News[];
  readonly caughtUp: () => number;
}

function createDaemon(stream: TestStream, me: string): TestDaemon {
  const time = createFleetTime();
  const noted: News[] = [];
  const heard: News[] = [];
  let caughtUp = 0;
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
    beat: async () => {
      const local = Math.trunc(performance.now());
      await log.beat(stream.engine, time.set(Date.now(), local, local));
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
