import type { Endpoint } from '../src/net/endpoint.ts';
import type { Latency } from './histogram.ts';
import type { KeySpec, Replies } from './questions.ts';

/** What a load generator is to do. */
export interface LoadJob {
  readonly endpoint: Endpoint;
  readonly map: string;
  readonly keys: KeySpec;
  readonly replies: Replies;
  readonly connections: number;
  /** Requests of one connection that are under way at once. */
  readonly depth: number;
  /** How long a connection waits between a reply and its next request; absent: not at all. */
  readonly paceMs?: number;
  /**
   * So many requests a second, evenly, whether their servers keep up or not, and each is timed from when it was due; absent:
   * each connection waits for its replies.
   */
  readonly rate?: number;
  readonly end: LoadEnd;
  /** The process whose CPU time is counted; absent: nobody's is. */
  readonly pid?: number;
}

/** Counts for `ms`, after `warmMs` in which it does not; or until `requests` have been answered. */
export type LoadEnd =
  | { readonly warmMs: number; readonly ms: number }
  | { readonly requests: number };

/** What a load generator has seen while it counted. */
export interface LoadResult {
  readonly replies: number;
  /** Replies that were exactly right. */
  readonly right: number;
  /** The others, by their first word. */
  readonly others: Readonly<Record<string, number>>;
  /** One of the others, for people. */
  readonly sample?: string;
  readonly elapsedMs: number;
  /** CPU time of the process that was asked. */
  readonly cpuMs: number;
  /** How long that process had work and no CPU, for others had it. */
  readonly starvedMs: number;
  /** The generator's own: near `elapsedMs`, it is the generator that was measured. */
  readonly loadCpuMs: number;
  readonly latency: Latency;
}
