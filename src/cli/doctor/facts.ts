import type { Loaded } from '../../settings.ts';
import type { Postfix } from '../postfix/postconf.ts';
import type { Tables } from './tables.ts';

/** Everything that a look judges. A look reads nothing itself. */
export interface Facts extends Machine {
  readonly loaded: Loaded;
  /** Absent: no Postfix is here, or its configuration can't be read. */
  readonly postfix?: Postfix & Tables;
}

/** What the machine shows of users, places, ports and time. */
export interface Machine {
  /** Who runs the daemon. */
  readonly user: Account;
  /** As whom Postfix asks (`mail_owner`), with its first group alone, for it drops the others; absent: there is none. */
  readonly asker?: Account;
  /** The numbers of groups by their names. */
  readonly groups: ReadonlyMap<string, number>;
  /** By absolute path: all that a look asks for. */
  readonly places: ReadonlyMap<string, Place>;
  /** By `formatEndpoint`: who is there. */
  readonly holders: ReadonlyMap<string, Holder>;
  /** The addresses of this machine. */
  readonly addresses: ReadonlySet<string>;
  readonly clock: Clock;
}

/** A user of this machine. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  /** Its first group. */
  readonly gid: number;
  /** Its further groups. */
  readonly groups: readonly number[];
}

/** A file, with what leads to it. */
export interface Place {
  readonly path: string;
  /** Absent: it is not there. */
  readonly file?: FileFact;
  /** Directories from the one that holds it up to `/`, links followed; those that are absent are left out. */
  readonly above: readonly FileFact[];
  /** Whether what would hold it is there, and is a directory. */
  readonly holder: 'directory' | 'absent' | 'other';
  /** A directory above in which anybody may put something else in its place. */
  readonly unsafe?: string;
}

/** What `stat` says. */
export interface FileFact {
  readonly path: string;
  readonly kind: 'directory' | 'socket' | 'file' | 'other';
  /** Permission bits, with those for set-id and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** In milliseconds of the system's clock. */
  readonly changedAt: number;
}

/** Who answers at an endpoint: nobody, this configuration's daemon, or another process, which we may not see. */
export type Holder = 'nobody' | 'us' | { readonly pid: number; readonly command: string } | 'other';

export interface Clock {
  /** In milliseconds of the system's clock. */
  readonly now: number;
  /** Whether something keeps it right; absent: the system does not tell. */
  readonly isKept?: boolean;
}
