import type { Log } from '../log.ts';

/** What a directory tells the daemon that opened it, and what it may keep there. */
export interface DirectoryHooks {
  /** The directory's name. */
  readonly name: string;
  readonly log: Log;
  /** Characters that may begin an address's extension (`recipientDelimiter`): `ann+news@` is asked for first, then `ann@`. */
  readonly delimiters: string;
  /** Others are there now: what is remembered of those concerned counts no more. */
  readonly changed: (concern: Concern) => void;
  /** The domains that it lists may be others now. */
  readonly domainsChanged: () => void;
  /** What it has to know again after a restart, a reload and a take-over. */
  readonly kept: Kept;
  /** Where daemons of a fleet take turns in reading what has changed; absent: each reads for itself. */
  readonly relay?: Relay;
}

/** One daemon reads at a time, from where the last one ended, and all hear of it. */
export interface Relay {
  /**
   * Whose turn it is to read, for so long; whoever has it keeps it by asking again. `alone`: the fleet can't say, and nobody
   * reads.
   */
  turn(ms: number): Promise<'ours' | 'another' | 'alone'>;
  /** Leaves the turn to another. */
  giveUp(): void;
  /** Where the last one ended: `value`, absent where nobody has read yet. Absent: the fleet can't say. */
  recall(): Promise<{ readonly value?: unknown } | undefined>;
  keep(value: unknown): void;
}

/** Who has changed: everybody may have, or whoever has, or had, one of these ids and addresses (normalised). */
export type Concern =
  | 'everything'
  | {
      readonly ids: ReadonlySet<string>;
      readonly addresses: ReadonlySet<string>;
      /** Whoever is at one of these domains too. */
      readonly domains?: ReadonlySet<string>;
      /** All groups too: any of them may have other members. */
      readonly groups?: 'all';
    };

/** A few small values of one directory, written down by the daemon: what was accepted, learnt and held. */
export interface Kept {
  /** Absent: nothing was written, or what was written could not be read. JSON; check its shape, it may be older. */
  read(name: string): unknown;
  /** `undefined` takes it away. Never throws: what could not be written is told and tried again. */
  write(name: string, value: unknown): void;
}
