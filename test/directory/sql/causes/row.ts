import type { Cause } from '../../../../src/directory/directory.ts';
import type { SqlSettings } from '../../../../src/directory/sql/settings.ts';
import type { Scripted, World } from './scripted.ts';

/**
 * Who can cause a fault: a `stranger` who only sends mail, a `user` who may write something of a row, an `admin` of the
 * database or of idpmap, the `network`, the `server` itself by an error or on purpose.
 */
type Causer = 'stranger' | 'user' | 'admin' | 'network' | 'server';

/** One fault that the adapter can raise, and how a test brings it about. */
interface Common {
  readonly fault: string;
  readonly cause: Causer;
  readonly kind: Cause;
  /** Whether it counts against the directory, so that enough of it opens the circuit. */
  readonly opens: boolean;
  /** Who is asked for; without it, a stranger chooses `evil@example.org`. */
  readonly key?: string;
  /** Which table is asked. */
  readonly table?: string;
}

/** One on an engine whose sessions do as a test says. */
export interface Row extends Common {
  readonly database?: Scripted;
  readonly settings?: Partial<SqlSettings<string>>;
  /** Before the directory is opened. */
  readonly before?: (world: World) => void;
  /** Once Ann has been found, and nobody else. */
  readonly after?: (world: World) => void;
  /** On a connection of its own. */
  readonly anew?: true;
  readonly isClosed?: true;
}

/** One on a file of SQLite. */
export interface FileRow extends Common {
  /** What becomes of the file before it is opened. */
  readonly script?: string;
  readonly settings?: object;
  /** What becomes of it once Ann has been found; gives what ends that. */
  readonly after?: (path: string) => () => void;
}

/** Groups within groups, three deep. */
export const NESTED: readonly Readonly<Record<string, unknown>>[] = ['evil', 'b', 'c', 'd'].map(
  (name, i, all) => ({
    from: 'lists',
    address: `${name}@example.org`,
    member_group: `${all[i + 1] ?? 'x'}@example.org`,
  }),
);
