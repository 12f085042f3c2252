import { setImmediate as nextTurn } from 'node:timers/promises';
import { foldAddress } from '../../address/address.ts';
import { preciseClock } from '../../clock.ts';
import {
  type Change,
  type Directory,
  type Entry,
  Gap,
  type Listed,
} from '../../directory/directory.ts';
import { reasonOf } from '../../reason.ts';
import { type Copy, createCopy } from './copy.ts';
import type { Subject } from './subject.ts';

/** Asks as idpmap does. */
type AskEntries = (address: string) => Promise<readonly Entry[]>;

/** Examines one thing; a text says what is wrong. */
export type Examine = (check: string, run: () => Promise<string | undefined>) => Promise<void>;

/** Whoever has told nothing for so long has nothing to tell: a list that is read once an hour, for one. */
const SILENCE_MS = 1000;
/** A listing of a store for tests is over by then. */
const LISTING_MS = 30_000;
/** Whoever goes on for longer than this after an abort does not end by it. */
const PATIENCE_MS = 3000;
const BEFORE_ABORT_MS = 30;

/**
 * Examines what a directory tells a mirror: everybody whom `find` finds, as `find` does, in listings that are whole before the
 * first mark; that it goes on from its cursor without losing anybody, and ends with its signal. One without `follow` has no mirror.
 */
export async function examineFollow(
  directory: Directory,
  subject: Subject,
  ask: AskEntries,
  examine: Examine,
): Promise<void> {
  if (directory.follow === undefined) return;
  const copy = createCopy();
  let cursor: string | undefined;
  await examine('tells a mirror whom it has, in whole listings before its first mark', async () => {
    const session = begin(directory, undefined);
    const told = await session.until(copy, LISTING_MS);
    const open = copy.open();
    await session.end();
    if (told === 'silence') return `it has set no mark within ${LISTING_MS} ms`;
    if (typeof told === 'string') return told;
    cursor = told.cursor;
    if (open.length > 0) return `it sets a mark, and has not listed ${open.join()} to the end`;
    return [...copy.faults][0];
  });
  // Without a mark no mirror would believe any of it.
  if (cursor === undefined) return;
  await examine('tells a mirror what it finds', () => compareAll(copy, subject, ask));
  await examine('tells a mirror on from its last cursor, and loses nobody', async () => {
    const session = begin(directory, cursor);
    copy.restart();
    const told = await session.until(copy, SILENCE_MS);
    await session.end();
    if (typeof told === 'string' && told !== 'silence' && told !== 'gap') return told;
    return [...copy.faults][0] ?? compareAll(copy, subject, ask);
  });
  await examine('tells a mirror no more once that has ended', async () => {
    const session = begin(directory, undefined);
    await session.until(createCopy(), LISTING_MS);
    return session.end();
  });
}

/** Whether it ends with its signal while the store is silent. */
export async function examineSilence(directory: Directory, examine: Examine): Promise<void> {
  if (directory.follow === undefined) return;
  await examine('tells a mirror no more once that has ended, while the store is silent', () => {
    const session = begin(directory, undefined);
    void session.until(createCopy(), LISTING_MS);
    return new Promise((resolve) => {
      setTimeout(() => resolve(session.end()), BEFORE_ABORT_MS);
    });
  });
}

/** One call of `follow`. */
interface Session {
  /** Takes what it tells up to its first mark, or until it is silent; a text says what is wrong. */
  until(copy: Copy, ms: number): Promise<{ readonly cursor: string } | string>;
  /** Aborts it, and says what it did but throw. */
  end(): Promise<string | undefined>;
}

function begin(directory: Directory, cursor: string | undefined): Session {
  const life = new AbortController();
  const batches = directory.follow?.(cursor, life.signal)[Symbol.asyncIterator]();
  let thrown = false;
  let isOver = false;
  /** One question at a time: what was asked for and has not come is waited for again. */
  let asked: Promise<readonly Change[] | string> | undefined;
  const take = async (): Promise<readonly Change[] | string> => {
    try {
      const next = await batches?.next();
      if (next !== undefined && next.done !== true) return next.value;
      isOver = true;
      return 'it ended without throwing';
    } catch (error) {
      isOver = true;
      thrown = true;
      return error instanceof Gap ? 'gap' : `it threw: ${reasonOf(error)}`;
    }
  };
  const next = async (ms: number): Promise<readonly Change[] | string> => {
    asked ??= take();
    const taken = await within(asked, ms, 'silence');
    if (taken !== 'silence') asked = undefined;
    return taken;
  };

  return {
    until: async (copy, ms) => {
      const end = preciseClock.now() + ms;
      for (;;) {
        const leftMs = end - preciseClock.now();
        const batch = leftMs > 0 ? await next(leftMs) : 'silence';
        if (typeof batch === 'string') return batch;
        const mark = copy.apply(batch);
        if (mark !== undefined) return mark;
        await nextTurn();
      }
    },
    end: async () => {
      life.abort(new Error('the mirror has ended'));
      const ended = async (): Promise<string | undefined> => {
        for (;;) {
          if (isOver) return thrown ? undefined : 'it ended without throwing';
          await next(PATIENCE_MS);
          await nextTurn();
        }
      };
      return within(ended(), PATIENCE_MS, `it did not end within ${PATIENCE_MS} ms`);
    },
  };
}

async function within<T>(work: Promise<T>, ms: number, late: string): Promise<T | string> {
  const tooLate = Promise.withResolvers<string>();
  const timer = setTimeout(tooLate.resolve, ms, late);
  try {
    return await Promise.race([work, tooLate.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Says whom the copy lacks, has otherwise, or has though nobody is there. */
async function compareAll(
  { entries }: Copy,
  { people, nobody }: Subject,
  ask: AskEntries,
): Promise<string | undefined> {
  const all = [...entries.values()];
  for (const { address } of people)
    for (const found of await ask(foldAddress(address))) {
      const listed = all.filter(({ id, kind }) => id === found.id && kind === found.kind);
      const wrong = compare(found, listed);
      if (wrong !== undefined) return `of ${address} ${wrong}`;
    }
  const strangers = nobody.map(foldAddress);
  const invented = all.flatMap(addressesOf).find((address) => strangers.includes(address));
  return invented === undefined ? undefined : `it tells of ${invented}, which is nobody's`;
}

const addressesOf = ({ address, aliases }: Entry): readonly string[] => [address, ...aliases];

function compare(found: Entry, [listed, ...others]: readonly Listed[]): string | undefined {
  if (listed === undefined) return `it tells nothing: nobody told has the id ${found.id}`;
  if (others.length > 0) return `it tells ${others.length + 1} times, by several refs`;
  if (listed.doubt !== undefined) return `it can't say what find says: ${listed.doubt}`;
  const said = sayOf(found);
  const told = sayOf(listed);
  const wrong = Object.keys(said).find(
    (name) => Reflect.get(said, name) !== Reflect.get(told, name),
  );
  if (wrong === undefined) return undefined;
  const [one, other] = [said, told].map((each) => JSON.stringify(Reflect.get(each, wrong)));
  return `find says ${wrong} ${one}, and follow ${other}`;
}

/** What decides about mail. A group's members and logins may be told by names. */
const sayOf = (entry: Entry): object => ({
  address: entry.address,
  aliases: entry.aliases.toSorted().join(),
  enabled: entry.enabled,
  logins: entry.kind === 'group' ? '' : entry.logins.toSorted().join(),
});
