import type { Shelf } from '../lookup/share.ts';
import type { Together } from '../mirror/shared/told.ts';
import type { FleetFigures } from './figures.ts';
import type { Member } from './members.ts';
import type { News, Worth } from './news.ts';

/** The daemons that know together, as this one sees them. */
export interface Fleet {
  /** Whether the engine answers and its news were read. */
  readonly isUp: () => boolean;
  /** What they know of a directory's people, or of a table of it. */
  shelf<T>(room: Room): Shelf<T>;
  /** Where daemons that mirror a directory meet: those of the same room. */
  feed(room: string): Together;
  /** How many questions of `perSecond` this daemon's own limit lets begin: all while the engine counts, its part else. */
  rateOf(perSecond: number): number;
  /** Tells all others; it counts here at once. */
  tell(news: News): void;
  /** It counts here, and the others are not told: they hear of it themselves. */
  note(news: News): void;
  /** What the news say of an answer that is as old as that: an instant of the daemon's clock. */
  worthOf(directory: string, askedAt: number, key: string, values: readonly unknown[]): Worth;
  /** Takes a turn of the whole fleet for `ms`; `alone`: the engine does not say. */
  turn(name: string, ms: number): Promise<'ours' | 'another' | 'alone'>;
  /** The same for whoever goes on until it gives up, or is gone for `ms`. */
  hold(name: string, ms: number): Promise<'ours' | 'another' | 'alone'>;
  giveUp(name: string): void;
  /** What was kept last under this name, by any daemon; absent: the engine does not say. */
  recall(name: string): Promise<{ readonly value?: unknown } | undefined>;
  keep(name: string, value: unknown, ms: number): void;
  /** Counts `key` under this name: how many different ones there were within `ms`; absent: the engine does not say. */
  countWithin(name: string, key: string, ms: number): Promise<number | undefined>;
  /** How many others have heard, or will hear, what is told. */
  readonly others: () => number;
  /** Resolves once the engine was reached and its news were read, `withinMs` at most. */
  ready(withinMs: number): Promise<void>;
  status(): FleetStatus;
  readonly figures: FleetFigures;
  /** Tells what waits to be told, as far as it goes, and leaves. Never rejects. */
  stop(): Promise<void>;
}

/** What a shelf holds. */
export interface Room {
  readonly directory: string;
  /** Of the directory's settings. */
  readonly fingerprint: string;
  readonly what: 'people' | 'domains' | `table ${string}`;
  readonly perSecond: number;
  /** How long who is found, and who is not, is kept there; how long a question may take. Milliseconds. */
  readonly foundMs: number;
  readonly noneMs: number;
  readonly timeoutMs: number;
}

/** How the fleet fares, for people and figures. */
export interface FleetStatus {
  readonly name: string;
  readonly isUp: boolean;
  /** Why it is not, with what to do where somebody has to. */
  readonly reason?: string;
  /** How long that is so; absent: the engine was never reached. */
  readonly sinceMs?: number;
  readonly members: readonly Member[];
  /** How many, this one included, as last seen. */
  readonly size: number;
  /** How long ago the engine was last heard; absent: never. */
  readonly heardMs?: number;
  /** By how much the engine's calendar is before this host's, or behind it (below 0). */
  readonly differenceMs?: number;
  /** News that wait to be told. */
  readonly waiting: number;
  /** What lay in the engine and was not believed, since the start. */
  readonly refused: FleetFigures['refused'];
}
