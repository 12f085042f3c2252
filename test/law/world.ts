import type { Clock } from '../../src/clock.ts';
import type { Kept } from '../../src/directory/directory.ts';
import { createKept } from '../../src/directory/trust/kept.ts';
import type { MapHandler } from '../../src/maps/answer.ts';
import { createScripted, type Mode, type ScriptedDirectory } from '../support/scripted.ts';
import { buildMaps, type Guarded, laneFor, type Maps, TIMES, testClock } from '../support/world.ts';
import { FLIPS, type MapName, type Witnesses } from './model.ts';

/** `bug`: a policy of ours throws. */
export type LawMode = Mode | 'bug';

/** What may become of the daemon. */
export type Turn = 'restart' | 'reload' | 'takeover';

/** A domain of two directories, and its twin. */
export interface World extends Witnesses {
  readonly maps: () => Readonly<Record<MapName, MapHandler>>;
  setMode(which: number, mode: LawMode): void;
  /** Begins another life of the daemon. */
  turn(turn: Turn): void;
  stop(): void;
}

interface Place {
  directory: ScriptedDirectory;
  guarded: Guarded;
  readonly kept: Kept;
  wellSince: number;
  isBuggy: boolean;
}

/** Whether what a directory said last of an address, true or not, was that nobody has it. */
function isDenied({ said, lies, deniedBefore }: ScriptedDirectory, address: string): boolean {
  const last = said.get(address)?.at(-1);
  if (last === undefined || last.entries.length === 0 || deniedBefore.has(address)) return true;
  return (lies.get(address) ?? []).some((at) => at >= last.at);
}

export function createWorld(clock: Clock = testClock): World {
  const open = (
    name: string,
    directory: ScriptedDirectory,
    kept: Kept,
    memory?: Guarded['memory'],
  ) => laneFor(name, directory, { flips: FLIPS, kept, ...(memory && { memory }) });
  const places = [0, 1].map((i): Place => {
    const directory = createScripted();
    const kept = createKept();
    const guarded = open(`d${i}`, directory, kept);
    return { directory, guarded, kept, wellSince: clock.now(), isBuggy: false };
  });
  const ended: Guarded[] = [];
  let maps: Maps;

  const build = (): void => {
    for (const place of places) plant(place);
    maps = buildMaps(
      { 'x.org': { directories: ['d0', 'd1'] }, 'y.org': { aliasOf: 'x.org' } },
      Object.fromEntries(places.map(({ guarded }, i) => [`d${i}`, guarded.source])),
    );
  };
  build();

  /** The adapter is another one: what the former said counts for standing in only, and from now on it knows nobody. */
  const replace = (place: Place): void => {
    const former = place.directory;
    const next = createScripted();
    next.mode = former.mode;
    for (const [address, entries] of former.people) next.people.set(address, entries);
    for (const [address, said] of former.said)
      next.said.set(
        address,
        said.filter(({ entries }) => entries.length > 0).map((each) => ({ ...each, former: true })),
      );
    // Whom the former one has denied is a stranger to the daemon.
    for (const address of [...former.said.keys(), ...former.deniedBefore])
      if (isDenied(former, address)) next.deniedBefore.add(address);
    former.people.clear();
    if (former.mode !== 'slow') former.mode = 'well';
    place.directory = next;
  };

  return {
    get directories() {
      return places.map(({ directory }) => directory);
    },
    get wellSince() {
      return places.map(({ wellSince }) => wellSince);
    },
    denials: new Map(),
    isHeld: () => places.some(({ guarded }) => guarded.lane.flips.held() !== undefined),
    maps: () => maps,
    setMode: (i, mode) => {
      const place = places[i];
      if (place === undefined) return;
      const wasWell = place.directory.mode === 'well' && !place.isBuggy;
      place.directory.mode = mode === 'bug' ? 'well' : mode;
      place.isBuggy = mode === 'bug';
      if (mode !== 'well') place.wellSince = Number.POSITIVE_INFINITY;
      else if (!wasWell) place.wellSince = clock.now();
    },
    turn: (turn) => {
      for (const [i, place] of places.entries()) {
        const { memory, lane } = place.guarded;
        ended.push(place.guarded);
        if (turn === 'reload') {
          replace(place);
          place.guarded = open(`d${i}`, place.directory, place.kept, memory);
          continue;
        }
        place.directory.life += 1;
        place.guarded = open(`d${i}`, place.directory, place.kept);
        for (const saved of memory.list(clock.now()))
          if (saved.ageMs < TIMES.staleMs) place.guarded.memory.restore(saved, 0, clock.now());
        // One that is taken over from still answers what is in flight.
        if (turn === 'restart') lane.stop();
      }
      build();
    },
    stop: () => {
      for (const { lane } of [...ended, ...places.map(({ guarded }) => guarded)]) lane.stop();
    },
  };
}

/** Lets a policy throw while the place is buggy. */
function plant(place: Place): void {
  const { limiter } = place.guarded.lane;
  const enter = limiter.enter.bind(limiter);
  limiter.enter = (rank) => {
    if (place.isBuggy) throw new TypeError('a planted bug');
    return enter(rank);
  };
}
