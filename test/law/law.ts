import fc from 'fast-check';
import { expect, vi } from 'vitest';
import type { Answer } from '../../src/maps/answer.ts';
import { contextNow, DEADLINE_MS, testClock } from '../support/world.ts';
import { judgeDomain, LISTED } from './lists.ts';
import { judge, type MapName, type Reply, rowOf, WRITTEN } from './model.ts';
import { CROWD, PEOPLE, type Place, type Round, type Step, step } from './steps.ts';
import { createWorld, type Turn, type World } from './world.ts';

/**
 * Runs any sequence of questions, time and faults against the law (docs/architecture.md). A sequence that breaks it is made
 * shorter until nothing can be left out, for whoever has to read it; without `shrinks` the first one ends it.
 */
export async function checkLaw(
  runs: number,
  { shrinks = 'yes' }: { readonly shrinks?: 'yes' | 'no' } = {},
): Promise<ReadonlyMap<string, number>> {
  const seen: Seen = new Map();
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  vi.useFakeTimers({
    toFake: [
      'setTimeout',
      'clearTimeout',
      'setInterval',
      'clearInterval',
      'performance',
      'hrtime',
      'Date',
    ],
  });
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }),
        async (steps) => {
          const world = createWorld();
          try {
            for (const each of steps) await take(world, each, seen);
            expect(unhandled).toEqual([]);
          } finally {
            world.stop();
          }
        },
      ),
      { numRuns: runs, endOnFailure: shrinks === 'no' },
    );
  } finally {
    vi.useRealTimers();
    process.off('unhandledRejection', note);
  }
  return seen;
}

async function take(world: World, each: Step, seen: Seen): Promise<void> {
  if (isChange(each)) return change(world, each);
  switch (each.do) {
    case 'wait':
      return pass(each.ms);
    case 'ask':
      return askAndJudge(world, each, seen);
    case 'lose':
      return lose(world, each, seen);
    case 'outage':
      return breakDown(world, each, seen);
    case 'late':
      return overtake(world, each.turn, seen);
    case 'shrink':
      return shrink(world, each, seen);
    case 'domains':
      return askDomains(world, seen);
  }
}

/** A step that asks nothing. */
type Change = Extract<Step, { do: 'mode' | 'pace' | 'turn' | 'person' | 'list' }>;

const isChange = (each: Step): each is Change =>
  ['mode', 'pace', 'turn', 'person', 'list'].includes(each.do);

function change(world: World, each: Change): void {
  switch (each.do) {
    case 'mode':
      return world.setMode(each.which, each.mode);
    case 'pace':
      return world.setPace(each.which, each.isAtOnce ? 'at once' : 'later');
    case 'turn':
      return world.turn(each.turn);
    case 'person':
      return employ(world, each.which, each.name, each.place, each.kind);
    case 'list':
      return world.lister.say(each.size === 'fails' ? undefined : LISTED.slice(0, each.size));
  }
}

/** How often each kind of answer was seen. */
type Seen = Map<string, number>;

const count = (seen: Seen, label: string): void => void seen.set(label, (seen.get(label) ?? 0) + 1);

const pass = async (ms: number): Promise<void> => {
  await vi.advanceTimersByTimeAsync(ms);
};

function employ(
  world: World,
  i: number,
  name: string,
  place: Place = 'people',
  kind = 'account',
): void {
  const address = `${name}@x.org`;
  const key = place === 'table' ? rowOf(address) : address;
  world.directories[i]?.people.set(key, PEOPLE[kind]?.(key) ?? []);
}

/** A search goes on over the former routes while the daemon's life changes, and ends after it. */
async function overtake(world: World, turn: Turn, seen: Seen): Promise<void> {
  for (const [i, directory] of world.directories.entries()) {
    world.setMode(i, 'slow');
    directory.slowMs = 20;
  }
  employ(world, 0, 'ann');
  const late = world.maps().mailboxes('ann+x@x.org', contextNow());
  await pass(60);
  world.turn(turn);
  for (const i of [0, 1]) world.setMode(i, 'well');
  await pass(500);
  await late;
  await askAndJudge(world, { names: ['ann'], map: 'mailboxes', at: 'x.org', written: 0 }, seen);
}

/** Nobody waits for a directory that has been well for so long. */
const WELL_MS = 9500;

async function breakDown(
  world: World,
  { which: i, kind, map, mode, due, later }: Step & { do: 'outage' },
  seen: Seen,
): Promise<void> {
  const askFor = (names: readonly string[]) =>
    askAndJudge(world, { names, map, at: 'x.org', written: 0 }, seen);
  employ(world, i, 'ann', map === 'table' ? 'table' : 'people', kind);
  for (const all of [0, 1]) world.setMode(all, 'well');
  await pass(WELL_MS);
  await askFor(['ann']);
  await pass(due);
  world.setMode(i, mode);
  await askFor(['ann', 'ann+x']);
  await pass(later);
  await askFor(['ann+x', 'ann']);
  world.setMode(i, 'well');
  await pass(WELL_MS);
  await askFor(['ann', 'ann+x']);
}

async function lose(
  world: World,
  { which: i, place, rounds }: Step & { do: 'lose' },
  seen: Seen,
): Promise<void> {
  const map = place === 'table' ? 'table' : 'mailboxes';
  const askFor = (names: readonly string[]) =>
    askAndJudge(world, { names, map, at: 'x.org', written: 0 }, seen);
  for (const name of CROWD) employ(world, i, name, place);
  world.setMode(i, 'well');
  await askFor(CROWD);
  for (const round of rounds) {
    const gone = CROWD.slice(round.from, round.from + round.count);
    world.setMode(i, 'loses');
    await pass(round.later);
    // At once, they are held together; one by one, some go first.
    if (gone.length === CROWD.length) await askFor(gone);
    else for (const name of gone) await askFor([name]);
    // Another life holds what was held: nobody goes who would not have gone.
    if (round.turn !== undefined) world.turn(round.turn);
    if (round.after === 'returns') await comeBack(world, i, round, askFor);
  }
}

/** The directory shows all again: nobody is held, and those who were let go count on. */
async function comeBack(
  world: World,
  i: number,
  { later }: Round,
  askFor: (names: readonly string[]) => Promise<void>,
): Promise<void> {
  world.setMode(i, 'well');
  await pass(later);
  await askFor(CROWD);
}

/** A list that loses too much is held, whatever the daemon's life: what was accepted last is known to the next one. */
async function shrink(
  world: World,
  { size, turn }: Step & { do: 'shrink' },
  seen: Seen,
): Promise<void> {
  world.setMode(0, 'well');
  world.lister.say(LISTED);
  await pass(2000);
  await askDomains(world, seen);
  world.turn(turn);
  world.lister.say(LISTED.slice(0, size));
  await pass(2000);
  await askDomains(world, seen);
}

async function askDomains(world: World, seen: Seen): Promise<void> {
  // What a directory has said is taken by then.
  await pass(1);
  for (const name of LISTED) {
    const answer = world.maps().domains(name, contextNow());
    judgeDomain(world.lister.accepted(), name, answer);
    if ('status' in answer) count(seen, `domains ${answer.status}`);
  }
  if (world.lister.isHeld()) count(seen, 'held list');
}

async function askAndJudge(
  world: World,
  { map, names, at, written }: Pick<Step & { do: 'ask' }, 'map' | 'names' | 'at' | 'written'>,
  seen: Seen,
): Promise<void> {
  const arrivedAt = testClock.now();
  for (const reply of await ask(world, { map, names, at, written })) {
    count(seen, `${map} ${reply.answer.status}`);
    expect(reply.afterMs).toBeLessThanOrEqual(DEADLINE_MS + 2);
    judge(world, map, reply, at, arrivedAt);
  }
  if (world.isHeld()) count(seen, 'held');
}

async function ask(
  world: World,
  { map, names, at, written }: Pick<Step & { do: 'ask' }, 'map' | 'names' | 'at' | 'written'>,
): Promise<readonly Reply[]> {
  const context = contextNow();
  const replies: Reply[] = [];
  const rejected: unknown[] = [];
  for (const name of names) {
    const ways = WRITTEN[name] ?? [name];
    const local = ways[written % ways.length] ?? name;
    const settle = (answer: Answer): void => {
      const afterMs = testClock.now() - context.arrivedAt;
      replies.push({ name, isWrittenOtherwise: local !== name, answer, afterMs });
    };
    const key = `${local}@${domainOf(map, at)}`;
    const answer = world.maps()[map](key, context);
    if (answer instanceof Promise) answer.then(settle, (error: unknown) => rejected.push(error));
    else settle(answer);
  }
  await pass(DEADLINE_MS + 5);
  expect(rejected).toEqual([]);
  expect(replies).toHaveLength(names.length);
  return replies;
}

/** A table knows nothing of twins. */
const domainOf = (map: MapName, at: string): string => (map === 'table' ? 'x.org' : at);
