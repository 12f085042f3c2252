import type { FleetStatus } from '../fleet/contract.ts';
import type { Answer } from '../maps/answer.ts';
import type { SeenDifference } from '../maps/differences.ts';
import type { Explanation, SenderExplanation } from '../maps/explain.ts';
import type { Trace } from '../maps/traces.ts';
import type { MirrorDiff, MirrorStatus } from '../mirror/status.ts';

/** What is to be forgotten: one address, all of a domain, all of a directory, or all. */
export type Purge =
  | { readonly address: string }
  | { readonly domain: string }
  | { readonly directory: string }
  | { readonly all: true };

/** A query that was answered TEMP, and how its key is answered now. */
export interface TraceExplanation {
  readonly trace: Trace;
  /** Absent: its map is a table, or gone. */
  readonly now?: Explanation;
}

/** An address of which a directory and its shadow differed when they were compared last. `when` is ISO 8601. */
export interface ToldDifference extends Omit<SeenDifference, 'at'> {
  readonly when: string;
}

/** What commands may ask of a running daemon: the arguments of each, and what it gives. */
export interface Commands {
  lookup: { args: { readonly map: string; readonly key: string }; result: Answer };
  explain: { args: { readonly address: string }; result: Explanation };
  /** Whether the login may send as the address. */
  explainSender: {
    args: { readonly address: string; readonly login: string };
    result: SenderExplanation;
  };
  /** By the id at the end of a TEMP's reason. */
  explainTrace: { args: { readonly id: string }; result: TraceExplanation };
  /** `taken` says what was held; absent: nothing was. */
  accept: { args: { readonly directory: string }; result: { readonly taken?: string } };
  /** `here`: other daemons of the fleet are not told. `told`: how many others are. */
  purge: {
    args: { readonly what: Purge; readonly here?: true };
    result: { readonly forgotten: number; readonly told?: number };
  };
  /** How the fleet fares: `FleetStatus` of `fleet/fleet.ts`; absent: this daemon is alone. */
  fleet: { args: Readonly<Record<string, never>>; result: { readonly fleet?: FleetStatus } };
  /** Addresses that memory knows, the most recent first. */
  known: { args: { readonly limit: number }; result: { readonly addresses: readonly string[] } };
  /** Writes what is remembered and kept to a file for whoever takes over. */
  handover: {
    args: Readonly<Record<string, never>>;
    result: { readonly path: string };
  };
  /** What `/api/status` gives: `Status` of `http/status.ts`, a room that commands and the daemon know, and this one does not. */
  status: { args: Readonly<Record<string, never>>; result: object };
  /** What shadows would answer otherwise, the latest first. */
  shadow: {
    args: Readonly<Record<string, never>>;
    result: { readonly differences: readonly ToldDifference[] };
  };
  /** How mirrors stand, by directory: one's, or all. */
  mirrors: {
    args: { readonly directory?: string };
    result: { readonly mirrors: Readonly<Record<string, MirrorStatus>> };
  };
  /** Lists everybody anew; where it is awaited, it ends when that has ended. */
  mirrorSync: {
    args: { readonly directory: string; readonly isAwaited: boolean };
    result: Readonly<Record<string, never>>;
  };
  /** Lists everybody, and compares; takes as long as a listing. */
  mirrorDiff: { args: { readonly directory: string }; result: MirrorDiff };
  figures: { args: Readonly<Record<string, never>>; result: object };
  /** Ends the daemon as SIGTERM does, once another listens in its place. */
  drain: { args: Readonly<Record<string, never>>; result: Readonly<Record<string, never>> };
}

export type CommandName = keyof Commands;

/** What the daemon does for each command. A rejection's message is handed to whoever asked. */
export type Handlers = {
  readonly [Name in CommandName]: (
    args: Commands[Name]['args'],
  ) => Promise<Commands[Name]['result']>;
};

/** A request is one line of JSON, so is its reply. */
export type CommandReply<Result> = { readonly result: Result } | { readonly error: string };

/** More than any command needs; a longer line ends the connection. */
export const MAX_LINE_BYTES = 64 * 1024;
