import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Change, Listed } from '../../src/directory/directory.ts';
import { silentLog } from '../../src/log.ts';
import { noteChangeOf } from '../../src/lookup/changes.ts';
import { mirrored } from '../../src/lookup/mirror.ts';
import type { MapHandler } from '../../src/maps/answer.ts';
import { createRouter } from '../../src/maps/router.ts';
import { createCounters } from '../../src/socketmap/figures.ts';
import { gone, listed, listing, mark, openTestMirror, put } from '../mirror/world.ts';
import { createScripted } from '../support/scripted.ts';
import { createAnswering } from '../support/socketmap/answering.ts';
import { buildMaps, laneFor } from '../support/world.ts';

const at = (name: string): string => `${name}@x.org`;

/** A listener over a mirror whose word is taken for nobody, too; it says whether a map was asked. */
async function open(recent: 'recent' | 'plain') {
  const time = { now: 1_000_000 };
  const world = await openTestMirror(
    { changed: noteChangeOf, settings: { whenAbsent: 'deny', grace: 0, guard: 1 } },
    time,
  );
  const { mirror, tell } = world;
  const directory = createScripted();
  // Whom the mirror says nothing of, nobody does.
  directory.mode = 'fails';
  const { source, lane } = laneFor('d', directory, { mirror: mirrored(mirror, 'd') });
  const { mailboxes, aliases } = buildMaps({ 'x.org': { directories: ['d'] } }, { d: source });
  let asked = 0;
  const counted = (ask: MapHandler): MapHandler => {
    return (key, context) => {
      asked += 1;
      return ask(key, context);
    };
  };
  const { route, lastRepeat } = createRouter(
    new Map([
      ['people', { kind: 'mailboxes', answer: counted(mailboxes) }],
      ['others', { kind: 'aliases', answer: counted(aliases) }],
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
    tell,
    ask: async (request: string) => {
      const before = asked;
      const context = { arrivedAt: time.now, deadline: time.now + 200 };
      const reply = String(await answer(request, context));
      // Why it is not known depends on how often that was asked.
      return { reply: reply.includes('TEMP') ? 'TEMP' : reply, isRemembered: asked === before };
    },
    sweep: async () => {
      time.now += 1;
      await mirror.tick();
    },
    stop: async () => {
      lane.stop();
      await world.stop();
    },
  };
}

const NAMES = ['ann', 'bob', 'carol'] as const;
const team = (...members: readonly string[]): Listed =>
  listed(at('team'), { kind: 'group', names: ['team'], memberNames: members });
const person = (name: string, more: Partial<Listed> = {}): Listed =>
  listed(at(name), { id: name, names: [name], ...more });
const FIRST = [person('ann'), person('bob'), team('ann', 'bob')];

const anybody = fc.constantFrom(...NAMES);
const anyChange: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(anybody, fc.boolean()).map(([name, enabled]) => put(person(name, { enabled }))),
  fc
    .tuple(anybody, fc.constantFrom('dave', 'eve'))
    .map(([name, other]) => put(person(name, { address: at(other) }))),
  fc
    .tuple(anybody, fc.constantFrom('dave', 'eve'))
    .map(([name, other]) => put(person(name, { aliases: [at(other)] }))),
  anybody.map((name) => gone(name)),
  fc.subarray([...NAMES]).map((members) => put(team(...members))),
);

const REQUESTS = [...NAMES, 'dave', 'eve', 'team', 'ann+news', 'nobody'].flatMap((name) => [
  `people ${at(name)}`,
  `others ${at(name)}`,
]);

/** What happens, and whether whoever was lost by it is let go before anybody is asked for. */
const anyStep = fc.tuple(anyChange, fc.boolean());

test('a remembered reply never outlives what a mirror was told of anybody', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 5 }), async (steps) => {
      const [remembering, fresh] = [await open('recent'), await open('plain')];
      const batches = steps.map(([change, isSwept]) => [[change, mark()], isSwept] as const);
      for (const [batch, isSwept] of [[listing(...FIRST), false] as const, ...batches]) {
        for (const { tell, sweep } of [remembering, fresh]) {
          await tell(batch);
          if (isSwept) await sweep();
        }
        for (const request of REQUESTS) await remembering.ask(request);
      }
      // It was never asked before, so nothing is remembered in it.
      for (const request of REQUESTS) {
        const { reply } = await fresh.ask(request);
        for (const time of ['once', 'again']) {
          const said = await remembering.ask(request);
          expect([request, time, said.reply]).toEqual([request, time, reply]);
        }
      }
      await Promise.all([remembering.stop(), fresh.stop()]);
    }),
    { numRuns: 40 },
  );
});

test.each([
  ['somebody else', put(person('bob', { logins: ['robert'] })), true],
  ['whoever was asked for', put(person('ann', { logins: ['anna'] })), false],
])('a change of %s: remembered %s', async (_whom, change, isRemembered) => {
  const { tell, ask, stop } = await open('recent');
  await tell(listing(...FIRST));
  await ask(`people ${at('ann')}`);
  expect(await ask(`people ${at('ann')}`)).toMatchObject({ isRemembered: true });
  await tell([change, mark()]);
  expect(await ask(`people ${at('ann')}`)).toMatchObject({ isRemembered });
  await stop();
});
