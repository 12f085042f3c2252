import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { reasonOf } from '../../reason.ts';
import type { Reading } from '../../watch.ts';
import { type DirectoryHooks, Fault } from '../directory.ts';
import { findLoss } from '../people/loss.ts';
import { gatherPeople, type People, type PeopleRules } from '../people/people.ts';
import { checkFile } from './checker.ts';

/** What the store goes by. */
export interface StoreSettings extends PeopleRules {
  /** The file; absolute. */
  readonly path: string;
  /** The share of accounts, 0 to 1, that one edit may lose; more is held until it is accepted. */
  readonly guard: number;
}

/** Counts of a file directory's life, and what it holds now. */
export interface FileFigures {
  /** Contents taken. */
  loads: number;
  /** Contents that were broken, and times at which the file became unreadable. */
  failures: number;
  /** 1 while an edit is held, else 0. */
  held: number;
  accounts: number;
  groups: number;
}

/** Keeps the last good content of a people file. */
export interface Store {
  readonly figures: Readonly<FileFigures>;
  /** The last good content; throws a `Fault` while there is none. */
  current(): People;
  /** The content that the guard holds. */
  held(): People | undefined;
  /** Takes what is held; says what that was. */
  accept(): string | undefined;
  /** Judges a reading: takes its content, holds it, or tells what is wrong with it. */
  take(reading: Reading, signal: AbortSignal): Promise<'poll' | 'retry'>;
}

interface Held {
  readonly people: People;
  readonly hash: string;
  readonly loss: string;
}

/** So many aliases in doubt are listed when a file is loaded. */
const MAX_DOUBTS = 20;

/** Creates a store that knows nobody yet. */
export function createStore(
  settings: StoreSettings,
  { name, log, changed }: DirectoryHooks,
): Store {
  const file = basename(settings.path);
  const place = { directory: name, path: settings.path };
  const figures: FileFigures = { loads: 0, failures: 0, held: 0, accounts: 0, groups: 0 };
  let people: People | undefined;
  let held: Held | undefined;
  /** Of the content that counts, and of the last one judged. */
  let loadedHash: string | undefined;
  let judgedHash: string | undefined;
  let unreadable: string | undefined;
  let fault = new Fault('starting', `${file} has not been read yet`);

  function fail(reason: string, fields: object): void {
    figures.failures++;
    fault = new Fault('directory', reason);
    const rest = people === undefined ? 'nobody is known yet' : 'the last good content stays';
    log.error({ ...place, ...fields }, `${reason}; ${rest}`);
  }

  /** Told once, not at each attempt. */
  function miss(error: unknown): void {
    const reason = `${file} can't be read: ${describeError(error)}`;
    if (reason !== unreadable) fail(reason, {});
    unreadable = reason;
  }

  function hold(next: Held | undefined): void {
    held = next;
    figures.held = next === undefined ? 0 : 1;
  }

  function load(next: People, hash: string): void {
    people = next;
    loadedHash = hash;
    hold(undefined);
    figures.loads++;
    figures.accounts = next.accounts;
    figures.groups = next.groups;
    log.info({ ...place, accounts: next.accounts, groups: next.groups }, `${file} loaded`);
    const doubts = [...Iterator.from(next.doubts()).take(MAX_DOUBTS)];
    if (doubts.length > 0) log.warn({ ...place, doubts }, `${file} has addresses in doubt`);
    changed('everything');
  }

  function guard(next: People, hash: string): void {
    const loss = findLoss(people, next, settings.guard);
    if (loss === undefined) return load(next, hash);
    hold({ people: next, hash, loss });
    const reason = `${file} would lose ${loss}, the guard allows ${percent(settings.guard)}: mend it, or run "idpmap accept ${name}"`;
    fault = new Fault('directory', reason);
    log.error(place, reason);
  }

  async function judge(bytes: Buffer, signal: AbortSignal): Promise<void> {
    if (unreadable !== undefined) log.info(place, `${file} can be read again`);
    unreadable = undefined;
    const hash = createHash('sha256').update(bytes).digest('base64');
    if (hash === judgedHash) return;
    judgedHash = hash;
    hold(undefined);
    if (hash === loadedHash) {
      log.info(place, `${file} is again as it was loaded`);
      return;
    }
    const result = await checkFile(bytes, file, signal);
    if ('problems' in result) {
      const [first = '', ...others] = result.problems;
      const more = others.length > 0 ? ` (and ${others.length} more, see the log)` : '';
      fail(`${first}${more}`, { problems: result.problems });
      return;
    }
    const next = await gatherPeople(result.pieces, settings, file);
    signal.throwIfAborted();
    guard(next, hash);
  }

  return {
    figures,
    current() {
      if (people === undefined) throw fault;
      return people;
    },
    held: () => held?.people,
    accept() {
      if (held === undefined) return undefined;
      const { people: next, hash, loss } = held;
      load(next, hash);
      return `${file} taken (accounts: ${next.accounts}, groups: ${next.groups}), it lost ${loss}`;
    },
    async take(reading, signal) {
      try {
        if ('error' in reading) miss(reading.error);
        else await judge(reading.bytes, signal);
        return people === undefined ? 'retry' : 'poll';
      } catch (error) {
        if (signal.aborted) return 'poll';
        // The content is not to blame, so it is judged again at the next poll.
        judgedHash = undefined;
        fail(`${file} can't be checked: ${describeError(error)}`, { err: error });
        return 'poll';
      }
    },
  };
}

const percent = (share: number): string => `${Number((share * 100).toPrecision(6))} %`;

/** What the likeliest failures are called, by their code. */
const FAILURES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: `user id ${process.getuid?.() ?? 'unknown'} has no permission`,
};

function describeError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return FAILURES[code] ?? reasonOf(error);
}
