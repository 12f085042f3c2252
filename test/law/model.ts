import { expect } from 'vitest';
import type { Entry } from '../../src/directory/directory.ts';
import type { Answer } from '../../src/maps/answer.ts';
import type { ScriptedDirectory } from '../support/scripted.ts';
import { TIMES, testClock } from '../support/world.ts';

export const MAPS = ['mailboxes', 'aliases', 'senders'] as const;
export type MapName = (typeof MAPS)[number];

/** What one question got. */
export interface Reply {
  readonly name: string;
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

/** The model: what the directories said, and when, is all that an answer may rest on. */
export function judge(
  world: Witnesses,
  map: MapName,
  { name, answer }: Reply,
  at: string,
  arrivedAt: number,
): void {
  const now = testClock.now();
  const said = (directory: ScriptedDirectory, address: string, withinMs: number) =>
    (directory.said.get(address) ?? []).filter(
      ({ at: when }) => when >= arrivedAt - withinMs && when <= now,
    );
  const questions = [...new Set([name, name.replace(/\+.*/, '')])].flatMap((local) =>
    world.directories.map((directory) => ({ directory, address: `${local}@x.org` })),
  );
  const noneMs = TIMES.freshNoneMs * 1.1 + PROOF_MS;
  const isSaid = ({ directory, address }: (typeof questions)[number]): boolean =>
    said(directory, address, noneMs).some(
      ({ entries, former }) => entries.length === 0 && former === undefined,
    );
  const isLie = ({ directory, address }: (typeof questions)[number]): boolean =>
    (directory.lies.get(address) ?? []).some((at) => at >= arrivedAt - noneMs && at <= now);
  const isNone = (question: (typeof questions)[number]): boolean =>
    isSaid(question) || isLie(question);
  const known = questions.flatMap(({ directory, address }) =>
    said(directory, address, TIMES.staleMs).map(({ entries }) => ({ address, entries })),
  );

  if (answer.status === 'OK') {
    const reasons = known.flatMap(({ address, entries }) => means(map, entries, address, at));
    expect(reasons).toContain(answer.data);
  } else if (answer.status === 'NOTFOUND' && !(map === 'mailboxes' && at === 'y.org')) {
    const isElsewhere = known.some(
      ({ address, entries }) =>
        map === 'aliases' &&
        at === 'x.org' &&
        entries.some((entry) => entry.kind === 'account' && entry.address === address),
    );
    // So many proved nones in a row, then an end, or somebody, fresh, who means nothing here.
    const isDenying = ({ directory, address }: (typeof questions)[number]): boolean =>
      said(directory, address, TIMES.freshMs * 1.1).some(
        ({ entries, former }) =>
          former === undefined &&
          entries.length > 0 &&
          means(map, entries, address, at).length === 0,
      );
    const nones = questions.findIndex((question) => !isNone(question));
    const decisive = nones === -1 ? questions : questions.slice(0, nones + 1);
    const isDenied = nones === -1 || decisive.some(isDenying);
    const basis = questions.map((q) => ({
      ...q,
      directory: undefined,
      said: q.directory.said.get(q.address),
    }));
    expect(
      isElsewhere || isDenied,
      `${map} ${name}@${at} at ${arrivedAt}: ${JSON.stringify(basis)}`,
    ).toBe(true);
    if (!isElsewhere && !decisive.some(isDenying))
      for (const [i, question] of questions.entries())
        if (isLie(question) && !isSaid(question))
          world.denials.set(`d${i % world.directories.length} ${question.address}`, now);
    for (const directory of ['d0 ', 'd1 ']) {
      const lost = [...world.denials].filter(
        ([who, when]) => who.startsWith(directory) && when > now - HOUR_MS,
      );
      expect(lost.length, `lost: ${JSON.stringify(lost)}`).toBeLessThanOrEqual(MOST_LOST);
    }
  } else if (answer.status === 'TEMP' && !world.isHeld()) {
    // Nobody waits for a directory that has been well for so long.
    expect(Math.max(...world.wellSince)).toBeGreaterThan(arrivedAt - 9000);
  }
}

/** What entries may make a map say; nothing: NOTFOUND. */
function means(
  map: MapName,
  entries: readonly Entry[],
  address: string,
  at: string,
): readonly string[] {
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
