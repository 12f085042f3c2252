import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { silentLog } from '../../src/log.ts';
import type { MapHandler } from '../../src/maps/answer.ts';
import { MAX_RECENT_CHARS } from '../../src/maps/recent.ts';
import { createRouter, type MapFigures } from '../../src/maps/router.ts';
import { createCounters } from '../../src/socketmap/figures.ts';
import { account, createScripted, type Mode } from '../support/scripted.ts';
import { createAnswering } from '../support/socketmap/answering.ts';
import { buildMaps, contextNow, laneFor, TIMES, useFakeTime } from '../support/world.ts';

useFakeTime();

const pass = async (ms: number): Promise<void> => {
  await vi.advanceTimersByTimeAsync(ms);
};

/** A listener's answers over one scripted directory, and how often its maps were asked. */
function open(recent: 'recent' | 'plain' = 'recent', data?: string) {
  const directory = createScripted();
  for (const name of ['ann', 'bob']) {
    const address = `${name}@x.org`;
    directory.people.set(address, [account(address)]);
  }
  const guarded = laneFor('d', directory);
  const { mailboxes, aliases } = buildMaps(
    { 'x.org': { directories: ['d'] } },
    { d: guarded.source },
  );
  let asked = 0;
  const counted =
    (ask: MapHandler): MapHandler =>
    (key, context) => {
      asked += 1;
      return data === undefined ? ask(key, context) : { status: 'OK', data };
    };
  const figures: MapFigures = new Map();
  const maps = new Map([
    ['people', { kind: 'mailboxes', answer: counted(mailboxes) }],
    ['others', { kind: 'aliases', answer: counted(aliases) }],
  ] as const);
  const { route, lastRepeat } = createRouter(maps, figures, silentLog);
  const respond = createAnswering({
    route,
    ...(recent === 'recent' && { lastRepeat }),
    hasMap: () => true,
    log: silentLog,
    counters: createCounters(),
  });
  const send = async (request: string): Promise<string | undefined> =>
    respond(request, contextNow());
  const ask = async (request: string): Promise<string | undefined> => {
    const reply = send(request);
    await pass(1);
    return reply;
  };
  return { directory, send, ask, figures, ...guarded, countAsked: () => asked };
}

/** Asks until memory has answered at once, so that the next is a repeat where it may be. */
async function warm(ask: (request: string) => Promise<unknown>, request: string): Promise<void> {
  await ask(request);
  await ask(request);
}

describe('a reply that memory gave at once', () => {
  test.each([
    ['people ann@x.org', '12:OK ann@x.org,'],
    ['others nobody@x.org', '9:NOTFOUND ,'],
    ['people not an address', '9:NOTFOUND ,'],
  ])('of %s goes out again without asking its map', async (request, frame) => {
    const { ask, countAsked } = open();
    await warm(ask, request);
    const before = countAsked();
    expect(await ask(request)).toBe(frame);
    expect(await ask(request)).toBe(frame);
    expect(countAsked()).toBe(before);
  });

  test.each([
    ['it would be refreshed', 'people ann@x.org', TIMES.freshMs * TIMES.prefetch],
    ['nobody is asked for again', 'others nobody@x.org', TIMES.freshNoneMs],
  ])('is asked for again when %s', async (_, request, ms) => {
    const { ask, countAsked } = open();
    await warm(ask, request);
    await pass(ms);
    const before = countAsked();
    await ask(request);
    expect(countAsked()).toBe(before + 1);
  });

  test.each([
    ['is forgotten', (world: ReturnType<typeof open>) => world.memory.forget(() => true)],
    ['expires', async (world: ReturnType<typeof open>) => world.memory.expire()],
    ['has another adapter', async (world: ReturnType<typeof open>) => world.memory.open().begin()],
  ])('is gone when what it was made of %s', async (_, change) => {
    const world = open();
    await warm(world.ask, 'people ann@x.org');
    world.directory.people.delete('ann@x.org');
    world.directory.people.set('eve@x.org', [account('eve@x.org')]);
    await change(world);
    const before = world.countAsked();
    await world.ask('people ann@x.org');
    expect(world.countAsked()).toBe(before + 1);
  });
});

describe('each time its map is asked for', () => {
  const fails = async ({ directory, memory }: ReturnType<typeof open>, how: Mode) => {
    directory.mode = how;
    memory.expire();
  };

  test.each(['fails', 'doubts'] as const)('a reply in doubt, which %s', async (how) => {
    const world = open();
    await fails(world, how);
    await warm(world.ask, 'people ann@x.org');
    const before = world.countAsked();
    await world.ask('people ann@x.org');
    expect(world.countAsked()).toBe(before + 1);
  });

  test('somebody whom memory stands in for', async () => {
    const world = open();
    await warm(world.ask, 'people ann@x.org');
    await fails(world, 'fails');
    await warm(world.ask, 'people ann@x.org');
    const before = world.countAsked();
    expect(await world.ask('people ann@x.org')).toBe('12:OK ann@x.org,');
    expect(world.countAsked()).toBe(before + 1);
  });

  test.each([
    ['a long reply', 'a'.repeat(MAX_RECENT_CHARS)],
    ['one that can not be sent', 'a\nb'],
  ])('%s', async (_, data) => {
    const { ask, countAsked } = open('recent', data);
    await warm(ask, 'people ann@x.org');
    await ask('people ann@x.org');
    expect(countAsked()).toBe(3);
  });
});

test('a reply that goes out again is counted with its own lookups, and with nobody else’s', async () => {
  const { ask, lane } = open();
  await warm(ask, 'people ann@x.org');
  await warm(ask, 'others nobody@x.org');
  const { found, none, remembered } = lane.figures;
  await ask('others nobody@x.org');
  expect(lane.figures).toMatchObject({ found, none: none + 1, remembered: remembered + 1 });
});

type Step =
  | { readonly request: string }
  | { readonly passMs: number }
  | { readonly mode: Mode }
  | { readonly change: 'forget' | 'expire' | 'leave' | 'join' };

const STEP: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    request: fc.constantFrom(
      'people ann@x.org',
      'others ann@x.org',
      'people bob+x@x.org',
      'people no@x.org',
      'x y',
      'others',
    ),
  }),
  fc.record({ passMs: fc.constantFrom(1, 5000, 20_000, 60_000, 400_000) }),
  fc.record({ mode: fc.constantFrom<Mode>('well', 'fails', 'doubts', 'blind') }),
  fc.record({
    change: fc.constantFrom(
      'forget' as const,
      'expire' as const,
      'leave' as const,
      'join' as const,
    ),
  }),
);

test('with recent replies the same is said and counted as without, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { minLength: 5, maxLength: 40 }), async (steps) => {
      const worlds = [open('recent'), open('plain')] as const;
      for (const step of steps) {
        const replies = worlds.map((world) => play(world, step));
        await pass('passMs' in step ? step.passMs : 1);
        const [said, plainly] = await Promise.all(replies);
        expect(said).toEqual(plainly);
      }
      const [seen, plain] = worlds.map(({ figures, lane }) => ({
        maps: [...figures].map(([map, figure]) => ({ map, ...figure, atOnce: 0, late: 0 })),
        lookups: { ...lane.figures, durations: 0, answeredAt: 0, failedAt: 0 },
      }));
      expect(seen).toEqual(plain);
      for (const { lane } of worlds) lane.stop();
    }),
    { numRuns: 60 },
  );
});

/** Lets one thing happen in a world. */
async function play(
  { send, directory, memory }: ReturnType<typeof open>,
  step: Step,
): Promise<string | undefined> {
  if ('request' in step) return send(step.request);
  if ('mode' in step) directory.mode = step.mode;
  if (!('change' in step)) return undefined;
  if (step.change === 'forget') await memory.forget((key) => key === 'ann@x.org');
  else if (step.change === 'expire') memory.expire();
  else if (step.change === 'leave') directory.people.delete('ann@x.org');
  else directory.people.set('no@x.org', [account('no@x.org')]);
  return undefined;
}
