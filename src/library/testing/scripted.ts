import {
  type Ask,
  type Directory,
  type Entry,
  Fault,
  type Finding,
  type How,
  type Maybe,
  type Proof,
} from '../../directory/directory.ts';
import { findingOf, none } from '../../directory/finding.ts';
import { andThen, lastly } from '../../directory/maybe.ts';
import { lookUp, type Script } from './script.ts';

/** A directory of tests, and what a test sets and sees of it. */
export interface ScriptedDirectory extends Directory, Script {
  find: Ask<Entry>;
  /** What `find` does on a connection opened for it. */
  findAnew: (address: string, signal: AbortSignal) => Promise<readonly Entry[]>;
  /** By what its *none* is proved. */
  provesBy: Proof['by'];
  slowMs: number;
  /** Whether `find` answers, and throws, in the same tick where it can; else it gives promises. */
  isAtOnce: boolean;
  /** Addresses that it can't answer for, well as it is. */
  readonly lost: Set<string>;
  /** What it lists as its domains; absent: it fails to. */
  listed: readonly string[] | undefined;
  /** Questions that reached it, in order; probes apart. */
  readonly asked: string[];
  /** Those that were put on a connection of their own. */
  readonly askedAnew: string[];
  probes: number;
  /** Questions being answered, and the most at once. */
  inFlight: number;
  mostInFlight: number;
}

/** A directory of the tests whose answers follow its `mode`: an object of functions, as each directory is. */
export function createScripted(): ScriptedDirectory {
  const directory: ScriptedDirectory = {
    mode: 'well',
    slowMs: 300,
    isAtOnce: false,
    people: new Map(),
    lost: new Set(),
    listed: undefined,
    asked: [],
    askedAnew: [],
    probes: 0,
    inFlight: 0,
    mostInFlight: 0,
    said: new Map(),
    lies: new Map(),
    deniedBefore: new Set(),
    life: 0,
    provesBy: 'probe',
    find: (address, how) =>
      directory.isAtOnce ? find(address, how) : (async () => find(address, how))(),
    findAnew: async (address, signal) => {
      directory.askedAnew.push(address);
      return answer(address, signal, 'new');
    },
    probe: async (signal) => {
      directory.probes += 1;
      await delay(signal);
      if (directory.mode === 'blind') throw new Fault('directory', 'sees nobody');
      if (directory.mode === 'unproved') throw new Fault('doubt', 'a witness is gone');
    },
    domains: async (signal) => {
      await delay(signal);
      if (directory.listed === undefined) throw new Fault('directory', 'no list');
      if (directory.mode === 'blind' || directory.mode === 'unproved') return finding([]);
      return finding(directory.mode === 'loses' ? directory.listed.slice(0, 1) : directory.listed);
    },
    close: async () => {},
  };

  const find = (address: string, { signal, anew }: How): Maybe<Finding<Entry>> => {
    if (anew === true) return directory.findAnew(address, signal).then(finding);
    directory.asked.push(address);
    directory.inFlight += 1;
    directory.mostInFlight = Math.max(directory.mostInFlight, directory.inFlight);
    return lastly(
      () => andThen(answer(address, signal, 'open'), told),
      () => {
        directory.inFlight -= 1;
      },
    );
  };

  const told = (entries: readonly Entry[]): Finding<Entry> => {
    const [first, ...rest] = entries;
    if (directory.mode !== 'unreadable' || first === undefined) return finding(entries);
    return { status: 'found', value: [first, ...rest], old: new Fault('directory', 'unreadable') };
  };

  const finding = <T>(values: readonly T[]): Finding<T> =>
    findingOf(values, () => none(directory.provesBy, 'scripted'));

  const answer = (
    address: string,
    signal: AbortSignal,
    connection: 'open' | 'new',
  ): Maybe<readonly Entry[]> => {
    const { life } = directory;
    return andThen(delay(signal), () => {
      if (directory.mode === 'blind' || directory.mode === 'unproved') return [];
      if (directory.lost.has(address)) throw new Fault('directory', 'cut off');
      if (directory.mode === 'doubts') throw new Fault('entry', 'ambiguous');
      return lookUp(directory, address, connection, life);
    });
  };

  const delay = (signal: AbortSignal): Maybe<void> => {
    if (directory.mode === 'fails') throw new Fault('directory', 'refused');
    if (directory.mode === 'hangs') return ended(signal);
    if (directory.mode === 'slow')
      return new Promise((resolve) => setTimeout(resolve, directory.slowMs));
    return directory.isAtOnce ? undefined : Promise.resolve();
  };
  return directory;
}

const ended = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
  });

/** Lets a directory know `entries` by every address that they hold. */
export function employ(directory: ScriptedDirectory, entries: readonly Entry[]): void {
  for (const entry of entries)
    for (const address of [entry.address, ...entry.aliases])
      directory.people.set(address, [...(directory.people.get(address) ?? []), entry]);
}

/** Makes an enabled account whose login is its address. */
export const account = (address: string, more: Partial<Entry> = {}): Entry => ({
  id: address,
  kind: 'account',
  address,
  aliases: [],
  logins: [address],
  members: [],
  enabled: true,
  ...more,
});

/** Makes a group. */
export const group = (
  address: string,
  members: readonly string[],
  more: Partial<Entry> = {},
): Entry => ({ ...account(address, { kind: 'group', logins: [], ...more }), members });
