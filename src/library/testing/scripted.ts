import {
  type Ask,
  type Directory,
  type Entry,
  Fault,
  type Finding,
  type Proof,
} from '../../directory/directory.ts';
import { findingOf, none } from '../../directory/finding.ts';

/** How a scripted directory answers from now on. */
export type Mode =
  /** Answers at once. */
  | 'well'
  /** Answers after `slowMs`. */
  | 'slow'
  /** Refuses every question and probe. */
  | 'fails'
  /** Never answers, and ends with its signal. */
  | 'hangs'
  /** Sees nobody, and its probe fails: a connection that went anonymous. */
  | 'blind'
  /** Doubts each entry (ambiguous), though it is well. */
  | 'doubts'
  /** Its open connection has lost sight of whoever it has shown, though its probe succeeds; a new one sees all. */
  | 'forgets'
  /** It has lost whoever it has shown, on every connection, and its probe succeeds: restored from an old backup. */
  | 'loses'
  /** Sees nobody, and its probe doubts it: a witness is gone. */
  | 'unproved'
  /** Its newest content can't be read: it shows whom it has shown, as old, and can't tell of others. */
  | 'unreadable'
  /** Whom its list does not show, its count counts. */
  | 'disagrees';

/** A directory of tests, and what a test sets and sees of it. */
export interface ScriptedDirectory extends Directory {
  find: Ask<Entry>;
  /** What `find` does on a connection opened for it. */
  findAnew: (address: string, signal: AbortSignal) => Promise<readonly Entry[]>;
  /** By what its *none* is proved. */
  provesBy: Proof['by'];
  mode: Mode;
  slowMs: number;
  /** Who is there, by every address they hold. */
  readonly people: Map<string, readonly Entry[]>;
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
  /** What it said of each address with authority, and when (whole ms); no entries: *none*. */
  readonly said: Map<string, Said[]>;
  /** When it denied, by `loses`, somebody whom it has shown not longer ago than memory reaches. */
  readonly lies: Map<string, number[]>;
  /** Whom an adapter before it has denied, and it has not shown since: strangers to the daemon. */
  readonly deniedBefore: Set<string>;
  /** Which of the daemon's lives it answers: what it says to an earlier one, this one does not remember. */
  life: number;
}

/** What a directory said with authority; `former`: out of an old copy, or before it was replaced, so that it may stand in only. */
export interface Said {
  readonly at: number;
  readonly entries: readonly Entry[];
  readonly former?: true;
  /** Out of an old copy, which nobody remembers as fresh. */
  readonly copy?: true;
}

/** Whom it has shown longer ago than this it may deny. */
const REACH_MS = 300_000;

/** A directory of the tests whose answers follow its `mode`: an object of functions, as each directory is. */
export function createScripted(): ScriptedDirectory {
  const directory: ScriptedDirectory = {
    mode: 'well',
    slowMs: 300,
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
    find: async (address, { signal, anew }) => {
      if (anew === true) return finding(await directory.findAnew(address, signal));
      directory.asked.push(address);
      directory.inFlight += 1;
      directory.mostInFlight = Math.max(directory.mostInFlight, directory.inFlight);
      try {
        const entries = await answer(address, signal, 'open');
        const [first, ...rest] = entries;
        if (directory.mode !== 'unreadable' || first === undefined) return finding(entries);
        return {
          status: 'found',
          value: [first, ...rest],
          old: new Fault('directory', 'unreadable'),
        };
      } finally {
        directory.inFlight -= 1;
      }
    },
    findAnew: (address, signal) => {
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

  const finding = <T>(values: readonly T[]): Finding<T> =>
    findingOf(values, () => none(directory.provesBy, 'scripted'));

  const answer = async (
    address: string,
    signal: AbortSignal,
    connection: 'open' | 'new',
  ): Promise<readonly Entry[]> => {
    const { life } = directory;
    await delay(signal);
    if (directory.mode === 'blind' || directory.mode === 'unproved') return [];
    if (directory.lost.has(address)) throw new Fault('directory', 'cut off');
    if (directory.mode === 'doubts') throw new Fault('entry', 'ambiguous');
    return lookUp(directory, address, connection, life);
  };

  const delay = async (signal: AbortSignal): Promise<void> => {
    if (directory.mode === 'fails') throw new Fault('directory', 'refused');
    if (directory.mode === 'hangs') return ended(signal);
    if (directory.mode === 'slow')
      await new Promise((resolve) => setTimeout(resolve, directory.slowMs));
    else await Promise.resolve();
  };
  return directory;
}

/** One question to a directory that is up. */
interface Look {
  readonly directory: ScriptedDirectory;
  readonly address: string;
  readonly connection: 'open' | 'new';
  /** In which of the daemon's lives it was put. */
  readonly life: number;
  readonly at: number;
  /** Who holds the address, and what it said of it before. */
  readonly entries: readonly Entry[];
  readonly history: readonly Said[];
}

const say = ({ directory, address, history, at, life }: Look, said: Omit<Said, 'at'>) => {
  if (said.entries.length > 0) directory.deniedBefore.delete(address);
  const overtaken = life === directory.life ? {} : ({ former: true, copy: true } as const);
  directory.said.set(address, [...history, { at, ...said, ...overtaken }]);
  return said.entries;
};

const lastOf = ({ history }: Look): readonly Entry[] => history.at(-1)?.entries ?? [];

const isInReach = ({ history, at }: Look): boolean => {
  const shown = history.findLast(({ entries, copy }) => entries.length > 0 && copy === undefined);
  return shown !== undefined && at <= shown.at + REACH_MS;
};

/** Denies somebody whom it has shown. */
const lie = ({ directory, address, at }: Look): readonly Entry[] => {
  directory.lies.set(address, [...(directory.lies.get(address) ?? []), at]);
  return [];
};

/** Whether it has, since it showed them last. */
const hasLied = ({ directory, address, history }: Look): boolean => {
  if (directory.deniedBefore.has(address)) return true;
  const shownAt = history.findLast(({ entries }) => entries.length > 0)?.at ?? 0;
  return (directory.lies.get(address) ?? []).some((at) => at >= shownAt);
};

/** What it says in modes that are neither well nor down. */
const LOOKS: Partial<Record<Mode, (look: Look) => readonly Entry[]>> = {
  unreadable: (look) => {
    const copy = lastOf(look);
    if (copy.length === 0) throw new Fault('directory', 'unreadable');
    return say(look, { entries: copy, former: true, copy: true });
  },
  disagrees: (look) => {
    if (look.entries.length > 0) return say(look, { entries: look.entries });
    throw new Fault('doubt', 'the list shows nobody, the count counts 1');
  },
  loses: (look) => (isInReach(look) ? lie(look) : say(look, { entries: [] })),
  forgets: (look) => {
    // Whom it has denied before is a stranger by now, of whom nobody asks twice: no one could notice.
    const isKnown = lastOf(look).length > 0 && isInReach(look) && !hasLied(look);
    return look.connection === 'open' && isKnown ? [] : say(look, { entries: look.entries });
  },
};

/** What a directory that is up says of an address; keeps what it said with authority. */
function lookUp(
  directory: ScriptedDirectory,
  address: string,
  connection: 'open' | 'new',
  life: number,
): readonly Entry[] {
  const entries = directory.people.get(address) ?? [];
  const history = directory.said.get(address) ?? [];
  const at = Math.trunc(performance.now());
  const asked: Look = { directory, address, connection, life, at, entries, history };
  return LOOKS[directory.mode]?.(asked) ?? say(asked, { entries });
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
