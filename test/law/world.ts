import type { Clock } from '../../src/clock.ts';
import type { Ask } from '../../src/directory/directory.ts';
import type { Kept } from '../../src/directory/hooks.ts';
import { createKept } from '../../src/directory/trust/kept.ts';
import { silentLog } from '../../src/log.ts';
import { createMemory, type Memory } from '../../src/lookup/memory.ts';
import { createSource } from '../../src/lookup/path.ts';
import type { Answer, MapHandler } from '../../src/maps/answer.ts';
import { createDomainMap } from '../../src/maps/domainmap.ts';
import { createDomainSet } from '../../src/maps/domainset.ts';
import { createRouter, type MeteredRouter } from '../../src/maps/router.ts';
import { createTableMap } from '../../src/maps/table.ts';
import { createCounters } from '../../src/socketmap/figures.ts';
import { parseReply, perm } from '../../src/socketmap/protocol.ts';
import { createScripted, type Mode, type ScriptedDirectory } from '../support/scripted.ts';
import { createAnswering } from '../support/socketmap/answering.ts';
import {
  buildMaps,
  type Guarded,
  laneFor,
  reign,
  SIZES,
  TIMES,
  testClock,
} from '../support/world.ts';
import { createLister, type Lister } from './lists.ts';
import { FLIPS, type MapName, rowOf, type Witnesses } from './model.ts';

/** `bug`: a policy of ours throws. */
export type LawMode = Mode | 'bug';

/** What may become of the daemon. */
export type Turn = 'restart' | 'reload' | 'takeover';

/** A domain of two directories, and its twin. */
export interface World extends Witnesses {
  readonly maps: () => Readonly<Record<MapName | 'domains', MapHandler>>;
  /** The domains that the first directory lists. */
  readonly lister: Lister;
  setMode(which: number, mode: LawMode): void;
  /** Begins another life of the daemon. */
  turn(turn: Turn): void;
  stop(): void;
}

interface Place {
  directory: ScriptedDirectory;
  guarded: Guarded;
  /** What is remembered of its table. */
  rows: Memory<string>;
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

/** Doubts are remembered for so long at most: a tenth more than is set. */
const REMEMBERED_MS = TIMES.unknownMs * 1.1;

export function createWorld(clock: Clock = testClock): World {
  const open = (
    name: string,
    directory: ScriptedDirectory,
    kept: Kept,
    memory?: Guarded['memory'],
  ) => laneFor(name, directory, { flips: FLIPS, kept, ...(memory && { memory }) });
  const openPlace = (i: number): Place => {
    const directory = createScripted();
    const kept = createKept();
    const guarded = open(`d${i}`, directory, kept);
    const rows = createMemory<string>(SIZES);
    return { directory, guarded, rows, kept, wellSince: clock.now(), isBuggy: false };
  };
  const places = [openPlace(0), openPlace(1)] as const;
  const [first] = places;
  const lister = createLister(first.kept, first.directory, first.guarded.lane);
  const ended: Guarded[] = [];

  const build = (): ReturnType<World['maps']> => {
    for (const place of places) plant(place);
    const sources = Object.fromEntries(places.map(({ guarded }, i) => [`d${i}`, guarded.source]));
    const domains = createDomainSet(new Map(), [
      { list: lister.list(), source: first.guarded.source },
    ]);
    return {
      ...buildMaps(
        { 'x.org': { directories: ['d0', 'd1'] }, 'y.org': { aliasOf: 'x.org' } },
        sources,
      ),
      domains: createDomainMap(domains),
      table: createTableMap({
        sources: places.map(tableOf),
        keys: 'exact',
        delimiters: '+',
        result: '%s',
        propagateExtension: 'no',
        whenUnknown: 'temp',
      }),
    };
  };
  const wire = createWire();
  let maps = wire(build());
  let heldAt = Number.NEGATIVE_INFINITY;
  const isHeld = (): boolean => {
    const isSo = places.some(({ guarded }) => guarded.lane.flips.held() !== undefined);
    if (isSo) heldAt = clock.now();
    return isSo;
  };

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
    lister,
    denials: new Map(),
    isHeld,
    wasHeld: () => isHeld() || clock.now() < heldAt + REMEMBERED_MS,
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
        inherit(place.guarded.memory, memory, clock);
        const rows = createMemory<string>(SIZES);
        inherit(rows, place.rows, clock);
        place.rows = rows;
        // One that is taken over from still answers what is in flight.
        if (turn === 'restart') lane.stop();
      }
      lister.begin(first.directory, first.guarded.lane, turn === 'reload' ? 'reload' : 'anew');
      maps = wire(build());
    },
    stop: () => {
      lister.stop();
      for (const { lane } of [...ended, ...places.map(({ guarded }) => guarded)]) lane.stop();
    },
  };
}

/** Puts maps behind what a listener answers with, recent replies among it, and reads its replies. */
function createWire(): (maps: ReturnType<World['maps']>) => ReturnType<World['maps']> {
  let router: MeteredRouter | undefined;
  const respond = createAnswering({
    route: (map, key, context) => router?.route(map, key, context) ?? perm('not yet'),
    lastRepeat: () => router?.lastRepeat(),
    hasMap: () => true,
    log: silentLog,
    counters: createCounters(),
  });
  const read = (frame = ''): Answer => parseReply(frame.slice(frame.indexOf(':') + 1, -1));
  return (maps) => {
    const routes = Object.entries(maps).map(
      ([name, answer]) => [name, { kind: 'mailboxes', answer }] as const,
    );
    router = createRouter(new Map(routes), new Map(), silentLog);
    const asked =
      (map: MapName | 'domains'): MapHandler =>
      (key, context) => {
        const reply = respond(`${map} ${key}`, context);
        return reply instanceof Promise ? reply.then(read) : read(reply);
      };
    return {
      mailboxes: asked('mailboxes'),
      aliases: asked('aliases'),
      senders: asked('senders'),
      table: asked('table'),
      domains: asked('domains'),
    };
  };
}

/** What is written down by one life, and restored by the next. */
function inherit<T>(memory: Memory<T>, former: Memory<T>, clock: Clock): void {
  for (const saved of former.list(clock.now()))
    if (saved.ageMs < TIMES.staleMs) memory.restore(saved, 0, clock.now());
}

/** A directory's table, in which somebody's row is their address. */
function tableOf({ directory, guarded: { lane }, rows }: Place) {
  const ask: Ask<string> = async (key, how) => {
    const finding = await directory.find(rowOf(key), how);
    if (finding.status === 'none') return finding;
    const [first, ...others] = finding.value;
    return { ...finding, value: [first.address, ...others.map(({ address }) => address)] };
  };
  return createSource(ask, reign(rows), lane, TIMES);
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
