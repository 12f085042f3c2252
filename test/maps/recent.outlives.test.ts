import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { silentLog } from '../../src/log.ts';
import type { MapHandler } from '../../src/maps/answer.ts';
import { createDomainList } from '../../src/maps/domainlist.ts';
import { createDomainMap } from '../../src/maps/domainmap.ts';
import { createDomainSet } from '../../src/maps/domainset.ts';
import { createRouter, type MeteredRouter, type Route } from '../../src/maps/router.ts';
import { createCounters } from '../../src/socketmap/figures.ts';
import { account, createScripted } from '../support/scripted.ts';
import { createAnswering } from '../support/socketmap/answering.ts';
import { buildMaps, contextNow, laneFor, useFakeTime } from '../support/world.ts';

useFakeTime();

const pass = async (ms: number): Promise<void> => {
  await vi.advanceTimersByTimeAsync(ms);
};

/** A listener over a directory that lists its domains; it says whether a map was asked, and a directory. */
async function open(recent: 'recent' | 'plain') {
  const directory = createScripted();
  directory.people.set('ann@x.org', [account('ann@x.org')]);
  const { source, memory, lane } = laneFor('d', directory);
  let listed: readonly [string, ...string[]] = ['x.org', 'y.org'];
  const list = createDomainList({
    name: 'd',
    ask: async () => ({ status: 'found', value: listed }),
    refreshMs: 10_000_000,
    guard: 1,
    log: silentLog,
  });
  const people = buildMaps({ 'x.org': { directories: ['d'] } }, { d: source });
  let asked = 0;
  const counted = (ask: MapHandler): MapHandler => {
    return (key, context) => {
      asked += 1;
      return ask(key, context);
    };
  };
  const domains = createDomainMap(createDomainSet(new Map(), [{ list, source }]));
  const build = (): MeteredRouter =>
    createRouter(
      new Map<string, Route>([
        ['people', { kind: 'mailboxes', answer: counted(people.mailboxes) }],
        ['others', { kind: 'aliases', answer: counted(people.aliases) }],
        ['domains', { kind: 'domains', answer: counted(domains) }],
      ]),
      new Map(),
      silentLog,
    );
  let router = build();
  const answer = createAnswering({
    route: (map, key, context) => router.route(map, key, context),
    ...(recent === 'recent' && { lastRepeat: () => router.lastRepeat() }),
    hasMap: () => true,
    log: silentLog,
    counters: createCounters(),
  });
  await pass(1);
  return {
    ask: async (request: string) => {
      const before = { maps: asked, questions: lane.figures.asked };
      const reply = Promise.resolve(answer(request, contextNow()));
      await pass(1);
      return {
        reply: await reply,
        isRemembered: asked === before.maps,
        hasAsked: lane.figures.asked > before.questions,
      };
    },
    change: async (how: Change): Promise<void> => {
      if (how === 'forget') await memory.forget((key) => key.endsWith('@x.org'));
      else if (how === 'expire') memory.expire();
      else if (how === 'another adapter') memory.open().begin();
      else if (how === 'reload') router = build();
      else if (how === 'domains') {
        listed = ['x.org', 'z.org'];
        list.refresh();
        await pass(1);
      }
    },
    stop: () => {
      lane.stop();
      list.stop();
    },
  };
}

const CHANGES = ['nothing', 'forget', 'expire', 'another adapter', 'reload', 'domains'] as const;
type Change = (typeof CHANGES)[number];

const REQUESTS = [
  'people ann@x.org',
  // Two lookups, of which the first is good for less long.
  'people ann+news@x.org',
  'people nobody@x.org',
  'others ann@x.org',
  'others ann+news@x.org',
  'domains y.org',
  'domains z.org',
];

/** Asks until it is remembered where it may be, lets `how` happen and time go by, and asks once more. */
async function play(recent: 'recent' | 'plain', request: string, how: Change, ms: number) {
  const world = await open(recent);
  await world.ask(request);
  await world.ask(request);
  const { isRemembered } = await world.ask(request);
  await world.change(how);
  await pass(ms);
  const last = await world.ask(request);
  world.stop();
  return { ...last, wasRemembered: isRemembered };
}

test('a remembered reply never outlives what it was made of', async () => {
  const times = fc.oneof(
    fc.constantFrom(0, 9000, 9999, 10_000, 20_000, 44_000, 45_000, 60_000),
    fc.nat(70_000),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...REQUESTS),
      fc.constantFrom(...CHANGES),
      times,
      async (request, how, ms) => {
        const remembering = await play('recent', request, how, ms);
        const plain = await play('plain', request, how, ms);
        expect(remembering.reply).toBe(plain.reply);
        expect(remembering.hasAsked).toBe(plain.hasAsked);
        // What is asked for anew, or was changed, is not said from memory of what was said.
        expect(remembering.isRemembered && (plain.hasAsked || how !== 'nothing')).toBe(false);
      },
    ),
    { numRuns: 150 },
  );
});

test.each(REQUESTS)('%s is remembered as long as nothing happens', async (request) => {
  expect(await play('recent', request, 'nothing', 0)).toMatchObject({
    wasRemembered: true,
    isRemembered: true,
  });
});

test.each(REQUESTS.flatMap((request) => CHANGES.slice(1).map((how) => [request, how] as const)))(
  '%s is asked for again after %s',
  async (request, how) => {
    const { reply, isRemembered } = await play('recent', request, how, 0);
    expect(isRemembered).toBe(false);
    expect(reply).toBe((await play('plain', request, how, 0)).reply);
  },
);
