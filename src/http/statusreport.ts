import type { Route } from '../maps/router.ts';
import type { DirectoryStatus } from './directorystatus.ts';
import type { FleetReport } from './fleetstatus.ts';
import type { Phase } from './health.ts';
import type { Lately } from './lately.ts';
import type { Latency } from './latency.ts';
import type { MetricSources } from './metrics/sources.ts';
import type { ShadowStatus } from './shadowstatus.ts';

/** What Postfix is told, as the daemon says it. */
export const VERDICTS = ['OK', 'NOTFOUND', 'TEMP', 'PERM'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What one map has answered since the start. */
export interface MapStatus {
  readonly name: string;
  /** Absent: no map of that name is configured any more, or ever was. */
  readonly kind?: Route['kind'];
  readonly answers: Readonly<Record<Verdict, number>>;
  /** Queries whose answer is waited for now. */
  readonly waiting: number;
  readonly latency: Latency;
}

/** One reason why mail was deferred or stale answers were given, and how often in the last hour. */
export interface CauseStatus {
  readonly directory: string;
  readonly cause: string;
  readonly count: number;
  readonly lastMinute: number;
}

/** A file that could not be written the last time, which it is to outlive this process. */
export interface UnwrittenFile {
  readonly what: 'state' | 'memory';
  readonly reason: string;
}

/** What `/api/status` gives. Instants are ISO 8601; no address is in it. */
export interface Status {
  readonly version: string;
  readonly phase: Phase;
  readonly now: string;
  readonly startedAt: string;
  readonly maps: readonly MapStatus[];
  /** Maps that were asked for in the last hour and are not configured, the one asked for most often first. */
  readonly unconfigured: readonly {
    readonly name: string;
    readonly count: number;
    readonly lastAsked: string;
  }[];
  readonly directories: readonly DirectoryStatus[];
  /** The daemons that know together; absent: this one is alone. */
  readonly fleet?: FleetReport;
  /** What was compared with directories that are asked beside those that answer. */
  readonly shadows: readonly ShadowStatus[];
  readonly domains: { readonly configured: number };
  readonly connections: {
    readonly max: number;
    readonly listeners: MetricSources['socketmap']['listeners'];
    readonly endpoints: readonly string[];
    readonly rejected: MetricSources['socketmap']['rejected'];
    readonly violations: MetricSources['socketmap']['violations'];
  };
  readonly reloads: {
    readonly succeeded: number;
    readonly failed: number;
    /** Whether the settings that were read last are those that serve. */
    readonly isLastGood: boolean;
    readonly lastGoodAt: string;
    /** Why the last ones were refused, a line each; absent: they were not. */
    readonly refusal?: readonly string[];
  };
  /** For how long memory stands in for a directory that fails. */
  readonly cache: { readonly staleMs: number };
  /** Whether a token is configured: without one nobody may ask for an address over HTTP. */
  readonly token: 'configured' | 'none';
  /** The most frequent first. */
  readonly causes: readonly CauseStatus[];
  /** The last hour: how often each was answered in each step, the oldest first, the current step last. */
  readonly history: {
    readonly stepMs: number;
    /** When the current step began. */
    readonly since: string;
    readonly answers: Readonly<Record<Verdict | 'stale' | 'meant', readonly number[]>>;
  };
  readonly lately: Lately;
  readonly unwritten: readonly UnwrittenFile[];
  readonly memory: { readonly rssBytes: number; readonly heapBytes: number };
}
