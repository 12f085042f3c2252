import { type Entry, Fault } from '../../directory/directory.ts';

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

/** Whom a scripted directory knows, how it answers, and what it has said: what its next word depends on. */
export interface Script {
  mode: Mode;
  /** Who is there, by every address they hold. */
  readonly people: Map<string, readonly Entry[]>;
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

/** What a directory that is up says of an address; keeps what it said with authority. */
export function lookUp(
  directory: Script,
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

/** Whom it has shown longer ago than this it may deny. */
const REACH_MS = 300_000;

/** One question to a directory that is up. */
interface Look {
  readonly directory: Script;
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
