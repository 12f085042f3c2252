import { expect } from 'vitest';
import type { Maybe } from '../../src/directory/directory.ts';
import { valuesOf } from '../../src/directory/finding.ts';
import type { Kept } from '../../src/directory/hooks.ts';
import { silentLog } from '../../src/log.ts';
import type { Lane } from '../../src/lookup/lane.ts';
import { createQuestion } from '../../src/lookup/path.ts';
import type { Answer } from '../../src/maps/answer.ts';
import { createDomainList, type DomainList } from '../../src/maps/domainlist.ts';
import type { ScriptedDirectory } from '../support/scripted.ts';

/** All the domains that may be listed. */
export const LISTED: readonly string[] = Array.from({ length: 10 }, (_, i) => `l${i}.example`);

/** The share that may vanish at once. */
const GUARD = 0.1;
const REFRESH_MS = 30_000;

/** The domains that one directory lists, over the daemon's lives, and what may count of them. */
export interface Lister {
  readonly list: () => DomainList;
  /** By the model: the last list that did not lose too much of the one before; absent: there was none. */
  readonly accepted: () => ReadonlySet<string> | undefined;
  readonly isHeld: () => boolean;
  /** Lets the directory list these from now on, and tells of it; absent: no list can be read. */
  say(names: readonly string[] | undefined): void;
  /** Begins another life; in a reload it knows what the former one listed. */
  begin(directory: ScriptedDirectory, lane: Lane, life: 'anew' | 'reload'): void;
  stop(): void;
}

/** Creates it; what is `kept` outlives the daemon's lives. */
export function createLister(kept: Kept, first: ScriptedDirectory, itsLane: Lane): Lister {
  let accepted: ReadonlySet<string> | undefined;
  let directory = first;
  let listed: readonly string[] | undefined = LISTED;
  let life = 0;

  /** What the directory said with authority, while this life lasted. */
  const note = (names: readonly string[], saidIn: number): void => {
    if (saidIn !== life) return;
    const next = new Set(names);
    const lost = accepted?.difference(next).size ?? 0;
    if (next.size > 0 && lost <= (accepted?.size ?? 0) * GUARD) accepted = next;
  };

  const open = (lane: Lane, from: ScriptedDirectory): DomainList => {
    const own = life;
    from.listed = listed;
    return createDomainList({
      name: 'd0',
      ask: createQuestion(async (signal) => {
        const finding = await from.domains?.(signal);
        if (finding === undefined) throw new Error('it lists none');
        note(valuesOf(finding), own);
        return finding;
      }, lane),
      refreshMs: REFRESH_MS,
      guard: GUARD,
      kept,
      log: silentLog,
    });
  };

  let list = open(itsLane, first);
  return {
    list: () => list,
    accepted: () => accepted,
    isHeld: () => list.isHeld(),
    say: (names) => {
      listed = names;
      directory.listed = names;
      list.refresh();
    },
    begin: (next, lane, how) => {
      const former = list;
      former.stop();
      life += 1;
      directory = next;
      list = open(lane, next);
      if (how === 'reload') list.restore([...(former.names() ?? [])]);
    },
    stop: () => list.stop(),
  };
}

/** Whether a domain is ours rests on the last list that was accepted; while there was none, nobody is refused. */
export function judgeDomain(
  accepted: ReadonlySet<string> | undefined,
  name: string,
  answer: Maybe<Answer>,
): void {
  const right = accepted?.has(name) === true ? 'OK' : 'NOTFOUND';
  expect(answer, `${name} of ${accepted?.size} domains`).toMatchObject({
    status: accepted === undefined ? 'TEMP' : right,
  });
}
