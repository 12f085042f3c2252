import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { codeOf, reasonOf } from '../../reason.ts';
import type { Reading } from '../../watch.ts';
import { Fault } from '../directory.ts';
import type { DirectoryHooks } from '../hooks.ts';
import type { Known } from '../people/answers.ts';
import { gatherPeople, type People, type PeopleRules } from '../people/people.ts';
import { checkFile } from './checker.ts';
import { createFileHold, type Edit, type Guarded } from './hold.ts';

/** What the store goes by. */
export interface StoreSettings extends PeopleRules, Guarded {}

/** Counts of a file directory's life, and what it holds now. */
export interface FileFigures {
  /** Contents taken. */
  loads: number;
  /** Contents that were broken, and times at which the file became unreadable. */
  failures: number;
  /** 1 while an edit is held, else 0. */
  held: number;
  /** 1 while the newest content is not known, for it can't be read or is broken, else 0. */
  unread: number;
  accounts: number;
  groups: number;
}

/** Keeps the last good content of a people file, and what there is to say against it. */
export interface Store {
  readonly figures: Readonly<FileFigures>;
  /** What counts; throws a `Fault` while nothing does. */
  known(): Known;
  /** Takes what is held; says what that was. */
  accept(): string | undefined;
  /** What is held, or can't be read, and what to do about it. */
  pending(): readonly string[];
  /** Judges a reading: takes its content, holds it, or tells what is wrong with it. */
  take(reading: Reading, signal: AbortSignal): Promise<'changed' | 'retry'>;
}

/** So many doubts are listed when a file is loaded. */
const MAX_DOUBTS = 20;

/** Creates a store that knows nobody yet. */
export function createStore(settings: StoreSettings, hooks: DirectoryHooks): Store {
  const { name, log, changed } = hooks;
  const file = basename(settings.path);
  const place = { directory: name, path: settings.path };
  const figures: FileFigures = {
    loads: 0,
    failures: 0,
    held: 0,
    unread: 0,
    accounts: 0,
    groups: 0,
  };
  let people: People | undefined;
  /** Of the content that counts, and of the last one judged. */
  let loadedHash: string | undefined;
  let judgedHash: string | undefined;
  /** Why the newest content is not known: it can't be read or checked, or what was read is broken. */
  let unread: string | undefined;
  let broken: string | undefined;

  const hold = createFileHold(settings, hooks, load);

  function load({ people: next, hash }: Edit): void {
    people = next;
    loadedHash = hash;
    figures.loads++;
    figures.accounts = next.accounts;
    figures.groups = next.groups;
    log.info({ ...place, accounts: next.accounts, groups: next.groups }, `${file} loaded`);
    const doubts = [...Iterator.from(next.doubts()).take(MAX_DOUBTS)];
    if (doubts.length > 0) log.warn({ ...place, doubts }, `${file} has addresses or keys in doubt`);
  }

  /** What was said of those who are not known counts no more, and whoever is known is asked for again. */
  function settle(before: string): void {
    figures.held = hold.held() === undefined ? 0 : 1;
    figures.unread = (unread ?? broken) === undefined ? 0 : 1;
    if (state() !== before) changed('everything');
  }

  const state = (): string => [figures.loads, figures.held, figures.unread].join(' ');

  function fail(reason: string, fields: object): string {
    figures.failures++;
    log.error({ ...place, ...fields }, withRest(reason));
    return reason;
  }

  const withRest = (reason: string): string =>
    people === undefined
      ? `${reason}; nobody is known yet`
      : `${reason}; known people are served, mail for others waits`;

  /** Told once, not at each attempt. */
  function miss(reason: string, fields: object): void {
    if (reason !== unread) unread = fail(reason, fields);
  }

  async function judge(bytes: Buffer, signal: AbortSignal): Promise<void> {
    const hash = createHash('sha256').update(bytes).digest('base64');
    if (hash !== judgedHash) await judgeNew(bytes, hash, signal);
    judgedHash = hash;
    if (unread !== undefined) log.info(place, `${file} can be read again`);
    unread = undefined;
  }

  async function judgeNew(bytes: Buffer, hash: string, signal: AbortSignal): Promise<void> {
    if (hash === loadedHash) {
      hold.withdraw();
      broken = undefined;
      log.info(place, `${file} is again as it was loaded`);
      return;
    }
    const result = await checkFile(bytes, file, signal);
    if ('problems' in result) {
      hold.withdraw();
      const [first = '', ...others] = result.problems;
      const more = others.length > 0 ? ` (and ${others.length} more, see the log)` : '';
      broken = fail(`${first}${more}`, { problems: result.problems });
      return;
    }
    const next = await gatherPeople(result.pieces, settings, file);
    signal.throwIfAborted();
    broken = undefined;
    hold.offer({ people: next, hash, isSealed: result.isSealed });
  }

  return {
    figures,
    known() {
      const held = hold.held();
      const doubt = unread ?? broken;
      if (people !== undefined)
        return {
          people,
          held: held?.people,
          ...(doubt !== undefined && { doubt: new Fault('doubt', doubt) }),
        };
      // Nothing was accepted since the start; whom the held content shows is there all the same.
      if (held !== undefined)
        return { people: held.people, doubt: new Fault('doubt', doubt ?? held.reason) };
      if (doubt !== undefined) throw new Fault('directory', doubt);
      throw new Fault('starting', `${file} has not been read yet`);
    },
    accept() {
      const before = state();
      const lost = hold.accept();
      if (lost === undefined) return undefined;
      settle(before);
      return `${file} taken (accounts: ${figures.accounts}, groups: ${figures.groups}), it lost ${lost}`;
    },
    pending: () => {
      const doubt = unread ?? broken;
      const held = hold.held();
      return [
        ...(doubt === undefined ? [] : [withRest(doubt)]),
        ...(held === undefined ? [] : [held.reason]),
      ];
    },
    async take(reading, signal) {
      const before = state();
      try {
        if ('bytes' in reading) await judge(reading.bytes, signal);
        else miss(`${file} can't be read: ${describeError(reading.error)}`, {});
      } catch (error) {
        if (signal.aborted) return 'changed';
        // The content is not to blame, so it is judged again.
        miss(`${file} can't be checked: ${describeError(error)}`, { err: error });
      }
      settle(before);
      return unread === undefined ? 'changed' : 'retry';
    },
  };
}

/** What the likeliest failures are called, by their code, and how they are mended. */
const FAILURES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is no directory',
  ELOOP: 'its symbolic links lead in a circle',
  EACCES: `user id ${process.getuid?.() ?? 'unknown'} has no permission, let it read the file`,
  EMFILE: 'no file descriptors are left, raise the limit (LimitNOFILE)',
  ENFILE: 'the machine has no file descriptors left',
  EIO: 'the disk or its server fails',
  ESTALE: 'the file server has another file now, mount it anew',
  EAGAIN: 'no process can be started, raise the limit (TasksMax)',
};

function describeError(error: unknown): string {
  return FAILURES[codeOf(error)] ?? reasonOf(error);
}
