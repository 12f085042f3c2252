import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { createMemories } from '../../src/daemon/memories.ts';
import { none } from '../../src/directory/finding.ts';
import type { Concern } from '../../src/directory/hooks.ts';
import { silentLog } from '../../src/log.ts';
import { noteChangeOf } from '../../src/lookup/changes.ts';
import { mirrored } from '../../src/lookup/mirror.ts';
import { createSource } from '../../src/lookup/path.ts';
import type { Shelf, Shelved } from '../../src/lookup/share.ts';
import { createRouter } from '../../src/maps/router.ts';
import type { Said } from '../../src/mirror/said.ts';
import { createCounters } from '../../src/socketmap/figures.ts';
import { account, createScripted } from '../support/scripted.ts';
import { createAnswering } from '../support/socketmap/answering.ts';
import {
  buildMaps,
  contextNow,
  laneFor,
  SIZES,
  TIMES,
  testClock,
  useFakeTime,
} from '../support/world.ts';

useFakeTime();

const ANN = account('ann@x.org');
const IN_STEP_MS = 20_000;
/** How old another daemon's word is when it is taken over. */
const AGE_MS = 8000;

const pass = async (ms: number): Promise<void> => {
  await vi.advanceTimersByTimeAsync(ms);
};

/** A mirror that follows while it is in step, and tells of each change as a real one does. */
function createFollowing(people: ReadonlyMap<string, readonly (typeof ANN)[]>) {
  let inStepUntil = testClock.now() + IN_STEP_MS;
  let known = new Map(people);
  const say = (key: string, at: number): Said => {
    const value = known.get(key);
    if (at < inStepUntil)
      return value === undefined
        ? {
            is: 'absent',
            denied: { ...none('content', 'a mirror in step'), goodUntil: inStepUntil },
            mayDenyUnreached: false,
          }
        : { is: 'found', status: 'found', value, goodUntil: inStepUntil };
    return value === undefined ? { is: 'absent', mayDenyUnreached: false } : { is: 'stale', value };
  };
  return {
    asked: { say, knownAt: () => undefined, describe: () => '' },
    follow: () => {
      known = new Map(people);
      noteChangeOf([ANN.address]);
    },
    lose: () => {
      inStepUntil = Number.NEGATIVE_INFINITY;
      noteChangeOf();
    },
  };
}

/** What another daemon was told, eight seconds ago. */
const createTold = (people: ReadonlyMap<string, readonly (typeof ANN)[]>): Shelf<typeof ANN> => ({
  isOpen: () => true,
  mark: () => undefined,
  read: async (key): Promise<Shelved<typeof ANN> | undefined> => {
    const value = people.get(key);
    return value && { status: 'found', value, askedAt: testClock.now() - AGE_MS, by: 'other' };
  },
  claim: async () => 'ours',
  write: () => {},
  waited: () => {},
});

const named = (...addresses: readonly string[]): Concern => ({
  ids: new Set(),
  addresses: new Set(addresses),
});

const WORLDS = ['alone', 'mirror', 'fleet'] as const;
type World = (typeof WORLDS)[number];

const NEWS = [
  'nothing',
  'she left in silence',
  'she left',
  'everything',
  'healed',
  'saved',
  'mirror',
  'out of step',
] as const;
type News = (typeof NEWS)[number];

/** A listener over one directory that has a mirror, or others that share it, and what they hear. */
function open(world: World, recent: 'recent' | 'plain') {
  const directory = createScripted();
  directory.people.set(ANN.address, [ANN]);
  const memories = createMemories(SIZES);
  const { lane, tenure } = laneFor('d', directory, { memory: memories.entries });
  const mirror = createFollowing(directory.people);
  const source = createSource(
    (key, how) => directory.find(key, how),
    tenure,
    lane,
    TIMES,
    world === 'mirror' ? mirrored(mirror.asked, 'd') : undefined,
    world === 'fleet' ? { shelf: createTold(directory.people), waitMs: 80 } : undefined,
  );
  const { mailboxes } = buildMaps({ 'x.org': { directories: ['d'] } }, { d: source });
  let asked = 0;
  const { route, lastRepeat } = createRouter(
    new Map([
      [
        'people',
        {
          kind: 'mailboxes',
          answer: (key, context) => {
            asked += 1;
            return mailboxes(key, context);
          },
        },
      ],
    ]),
    new Map(),
    silentLog,
  );
  const answer = createAnswering({
    route,
    ...(recent === 'recent' && { lastRepeat }),
    hasMap: () => true,
    log: silentLog,
    counters: createCounters(),
  });
  return {
    ask: async (request: string) => {
      const before = asked;
      const reply = Promise.resolve(answer(request, contextNow()));
      await pass(1);
      return { reply: await reply, isRemembered: asked === before };
    },
    hear: async (news: News): Promise<void> => {
      if (news !== 'nothing' && news !== 'saved') directory.people.delete(ANN.address);
      if (news === 'she left') memories.changed(named(ANN.address));
      else if (news === 'everything') memories.changed('everything');
      else if (news === 'healed') memories.forgetFaults();
      else if (news === 'saved')
        memories.entries.restore({ key: 'eve@x.org', ageMs: 0, value: [ANN] }, 0, testClock.now());
      else if (news === 'mirror') mirror.follow();
      else if (news === 'out of step') mirror.lose();
      await pass(1);
    },
    stop: () => lane.stop(),
  };
}

async function play(world: World, recent: 'recent' | 'plain', key: string, news: News, ms: number) {
  const { ask, hear, stop } = open(world, recent);
  const request = `people ${key}`;
  await ask(request);
  await ask(request);
  const before = await ask(request);
  await hear(news);
  await pass(ms);
  const after = await ask(request);
  // What the first question set going has come by now.
  const last = await ask(request);
  stop();
  return { replies: [before.reply, after.reply, last.reply], before, after };
}

const KEYS = [ANN.address, 'ann+news@x.org', 'nobody@x.org'];

test('a remembered reply never outlives the news of a mirror or a fleet', async () => {
  const times = fc.oneof(
    fc.constantFrom(0, 1, IN_STEP_MS - 10, IN_STEP_MS, TIMES.freshMs - AGE_MS, TIMES.freshMs),
    fc.nat(80_000),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...WORLDS),
      fc.constantFrom(...KEYS),
      fc.constantFrom(...NEWS),
      times,
      async (world, key, news, ms) => {
        const remembering = await play(world, 'recent', key, news, ms);
        const plain = await play(world, 'plain', key, news, ms);
        expect(remembering.replies).toEqual(plain.replies);
      },
    ),
    { numRuns: 80 },
  );
});

test.each(WORLDS.flatMap((world) => KEYS.map((key) => [world, key] as const)))(
  '%s: the reply for %s is remembered until something is heard',
  async (world, key) => {
    const { before } = await play(world, 'recent', key, 'nothing', 0);
    expect(before.isRemembered).toBe(true);
    for (const news of ['she left', 'everything', 'healed', 'mirror', 'out of step'] as const) {
      const { after } = await play(world, 'recent', key, news, 0);
      // Of her the mirror tells, and of nobody else.
      expect(after.isRemembered).toBe(news === 'mirror' && key === 'nobody@x.org');
    }
  },
);
