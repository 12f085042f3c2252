import { expect } from 'vitest';
import type { Entry } from '../../src/directory/directory.ts';
import type { Answer } from '../../src/maps/answer.ts';
import type { ScriptedDirectory } from '../support/scripted.ts';
import { TIMES, testClock } from '../support/world.ts';

export const MAPS = ['mailboxes', 'aliases', 'senders', 'table'] as const;
export type MapName = (typeof MAPS)[number];

/** Names that Postfix folds, as a sender may write them: all of them mean the one person. */
export const WRITTEN: Readonly<Record<string, readonly string[]>> = {
  strauss: ['strauss', 'strauß', 'STRAUẞ', '\u017ftrau\u017fs'],
  νίκοσ: ['νίκοσ', 'νίκος', 'ΝΊΚΟΣ', 'νι\u0301κος'],
};

/** Under what an address stands in a directory's table. */
export const rowOf = (address: string): string => `table ${address}`;

/** What one question got. */
export interface Reply {
  readonly name: string;
  /** Whether the name was written with other letters than the directory has. */
  readonly isWrittenOtherwise: boolean;
  readonly answer: Answer;
  readonly afterMs: number;
}

/** What the model looks at. */
export interface Witnesses {
  readonly directories: readonly ScriptedDirectory[];
  /** Since when each directory has been well; infinity: it is not. */
  readonly wellSince: readonly number[];
  /** Whether people who vanish are held: then whoever is held too long waits. */
  readonly isHeld: () => boolean;
  /** The same, or whether they were held when a doubt was told that is still remembered. */
  readonly wasHeld: () => boolean;
  /** Known people who were denied because their directory had lost them, and when. */
  readonly denials: Map<string, number>;
}

/** So many known people may vanish within a minute … */
export const FLIPS = 3;

/** … and so many within an hour, of the few that there are. */
const MOST_LOST = 5;
const HOUR_MS = 3_600_000;

/** A *none* is as old as its proof, which may come this much later. */
const PROOF_MS = 2000;

/** One address, as it is put to one directory. */
interface Put {
  readonly which: number;
  readonly directory: ScriptedDirectory;
  readonly address: string;
}

const NONE_MS = TIMES.freshNoneMs * 1.1 + PROOF_MS;

/** What a directory said of an address within so long before the question, and until now. */
const saidOf = ({ directory, address }: Put, withinMs: number, arrivedAt: number) =>
  (directory.said.get(address) ?? []).filter(
    ({ at }) => at >= arrivedAt - withinMs && at <= testClock.now(),
  );

/** Whether it said with authority that there is nobody. */
const isSaid = (put: Put, arrivedAt: number): boolean =>
  saidOf(put, NONE_MS, arrivedAt).some(
    ({ entries, former }) => entries.length === 0 && former === undefined,
  );

/** Whether it said so of somebody whom it has lost. */
const isLie = ({ directory, address }: Put, arrivedAt: number): boolean =>
  (directory.lies.get(address) ?? []).some(
    (at) => at >= arrivedAt - NONE_MS && at <= testClock.now(),
  );

/** The model: what the directories said, and when, is all that an answer may rest on. */
export function judge(
  world: Witnesses,
  map: MapName,
  { name, answer, isWrittenOtherwise }: Reply,
  at: string,
  arrivedAt: number,
): void {
  const addresses =
    map === 'table'
      ? [rowOf(`${name}@x.org`)]
      : [...new Set([name, name.replace(/\+.*/, '')])].map((local) => `${local}@x.org`);
  const questions = addresses.flatMap((address) =>
    world.directories.map((directory, which): Put => ({ which, directory, address })),
  );
  if (answer.status === 'OK') {
    const reasons = questions.flatMap((put) =>
      saidOf(put, TIMES.staleMs, arrivedAt).flatMap(({ entries }) => [
        ...means(map, entries, put.address, at),
        // Whoever delivers knows them by their own letters.
        ...(map === 'aliases' && isWrittenOtherwise
          ? means('mailboxes', entries, put.address, at)
          : []),
      ]),
    );
    expect(reasons).toContain(answer.data);
  } else if (answer.status === 'NOTFOUND' && !(map === 'mailboxes' && at === 'y.org')) {
    judgeDenial(world, { map, at, arrivedAt, questions }, name);
  } else if (answer.status === 'TEMP' && !world.wasHeld()) {
    // Nobody waits for a directory that has been well for so long.
    expect(Math.max(...world.wellSince)).toBeGreaterThan(arrivedAt - 9000);
  }
}

interface Denial {
  readonly map: MapName;
  readonly at: string;
  readonly arrivedAt: number;
  readonly questions: readonly Put[];
}

/** NOTFOUND: another map speaks for it, or so many nones in a row and then an end, or somebody, fresh, who means nothing. */
function judgeDenial(world: Witnesses, denial: Denial, name: string): void {
  const { map, at, arrivedAt, questions } = denial;
  if (isElsewhere(denial)) return;
  const isDenying = (put: Put): boolean =>
    saidOf(put, TIMES.freshMs * 1.1, arrivedAt).some(
      ({ entries, former }) =>
        former === undefined &&
        entries.length > 0 &&
        means(map, entries, put.address, at).length === 0,
    );
  const isNone = (put: Put): boolean => isSaid(put, arrivedAt) || isLie(put, arrivedAt);
  const nones = questions.findIndex((put) => !isNone(put));
  const decisive = nones === -1 ? questions : questions.slice(0, nones + 1);
  if (decisive.some(isDenying)) return;
  const basis = questions.map(({ which, address, directory }) => ({
    which,
    address,
    said: directory.said.get(address),
  }));
  expect(nones, `${map} ${name}@${at} at ${arrivedAt}: ${JSON.stringify(basis)}`).toBe(-1);
  countLost(
    world,
    questions.filter((put) => !isSaid(put, arrivedAt)),
  );
}

const isElsewhere = ({ map, at, arrivedAt, questions }: Denial): boolean =>
  map === 'aliases' &&
  at === 'x.org' &&
  questions.some((put) =>
    saidOf(put, TIMES.staleMs, arrivedAt).some(({ entries }) =>
      entries.some((entry) => entry.kind === 'account' && entry.address === put.address),
    ),
  );

/** Known people were denied: a directory that loses all of them may cost a few an hour, restarts or not. */
function countLost(world: Witnesses, lost: readonly Put[]): void {
  const now = testClock.now();
  for (const { which, address } of lost) world.denials.set(`d${which} ${address}`, now);
  for (const directory of ['d0 ', 'd1 ']) {
    const lately = [...world.denials].filter(
      ([who, when]) => who.startsWith(directory) && when > now - HOUR_MS,
    );
    expect(lately.length, `lost: ${JSON.stringify(lately)}`).toBeLessThanOrEqual(MOST_LOST);
  }
}

/** What entries may make a map say; nothing: NOTFOUND. */
function means(
  map: MapName,
  entries: readonly Entry[],
  address: string,
  at: string,
): readonly string[] {
  if (map === 'table') return [entries.map((entry) => entry.address).join(',')].filter(Boolean);
  const enabled = entries.filter((entry) => entry.enabled);
  const own = entries.filter((entry) => entry.kind === 'account' && entry.address === address);
  if (map === 'senders')
    return entries.length === 0
      ? []
      : [enabled.flatMap(({ logins }) => logins).join(',') || 'no-login.invalid'];
  if (map === 'mailboxes')
    return own.filter((entry) => entry.enabled).map((entry) => entry.address);
  if (own.length > 0 && at === 'x.org') return [];
  return enabled
    .flatMap((entry) => (entry.kind === 'group' ? entry.members : [entry.address]))
    .flatMap((target) => [target, target.replace('@x.org', '+x@x.org')]);
}
