import type { Cause } from '../../../../src/directory/directory.ts';
import type { LdapSettings } from '../../../../src/directory/ldap/settings.ts';
import type { Attributes, MemoryServer } from '../memory/server.ts';

/**
 * Who can cause a fault: a `stranger` who only sends mail, a `user` who may write something of an entry, an `admin` of the
 * directory or of idpmap, the `network`, the `server` itself by an error or on purpose.
 */
type Causer = 'stranger' | 'user' | 'admin' | 'network' | 'server';

/** One fault that the adapter can raise, and how a test brings it about. */
export interface Row {
  readonly fault: string;
  readonly cause: Causer;
  readonly kind: Cause;
  /** Whether it counts against the directory, so that enough of it opens the circuit. */
  readonly opens: boolean;
  readonly entries?: Readonly<Record<string, Attributes>>;
  readonly settings?: Partial<LdapSettings>;
  /** Before the directory is opened. */
  readonly before?: (server: MemoryServer) => void;
  /** Once Ann has been found. */
  readonly after?: (server: MemoryServer) => void;
  /** Who is asked for; without it, a stranger chooses `evil@example.org`. */
  readonly key?: string;
  /** Which table is asked. */
  readonly table?: string;
  /** Time passes until the question is given up; meanwhile others are answered, or not. */
  readonly waits?: 'others answered' | 'nobody answered';
}

/** Ends searches that hold this text with a code; empty: all. */
export const code =
  (number: number, text = 'evil') =>
  (server: MemoryServer): void =>
    void server.codes.set(text, number);

/** Answers them with these bytes. */
export const reply =
  (send: (id: number) => Buffer, text = 'evil') =>
  (server: MemoryServer): void =>
    void server.replies.set(text, (id, socket) => void socket.write(send(id)));
