import { Fault } from '../directory.ts';
import type { Dialect } from './text/tokens.ts';

/** A row, its columns in lower case. Values are a driver's own: texts, numbers, bytes, lists. */
export type Row = Readonly<Record<string, unknown>>;

/** One connection of a engine, logged in, which may only read. */
export interface Session {
  /** Runs a statement. Rejects with a driver's own error. */
  run(text: string, values: readonly string[]): Promise<readonly Row[]>;
  /**
   * Looks whether what is absent there is absent: it is no copy that may be behind. Gives what was looked at.
   * @throws {Fault} `doubt` where it may be one; else a driver's own error
   */
  believe(): Promise<readonly string[]>;
  /** Ends it at once, whatever is under way. */
  destroy(): void;
  /** Resolves when it has ended, however it came to that, with why. */
  readonly ended: Promise<string>;
}

/** What is different between databases. */
export interface Engine<Host> {
  readonly dialect: Dialect;
  /** The server's name, for messages. */
  name(host: Host): string;
  /** Connects, logs in, and sets what a session goes by. Rejects with a driver's own error. */
  open(host: Host, signal: AbortSignal): Promise<Session>;
  /** What a driver's error means. */
  faultOf(error: unknown, server: string): Fault;
}

/** A connection is of no more use, or never was: another one may do better. */
export class Lost extends Fault {
  constructor(reason: string, options?: ErrorOptions) {
    super('directory', reason, options);
    this.name = 'Lost';
  }
}

/** A statement did not end in time. */
export class Overrun extends Fault {
  constructor(reason: string, options?: ErrorOptions) {
    super('timeout', reason, options);
    this.name = 'Overrun';
  }
}
