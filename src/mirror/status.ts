/** What a mirror knows of itself: for commands, the page and metrics. Durations in milliseconds. */
export interface MirrorStatus {
  readonly path: string;
  /** How changes reach it, in a few words: `content synchronisation (RFC 4533)`, `list`; absent: nothing came yet. */
  readonly feed?: string;
  /** The daemon that follows the directory for this one, too; absent: this one does itself. */
  readonly takenFrom?: string;
  /** Whether it says what the directory says. */
  readonly isInStep: boolean;
  /** How old the last word of the directory is; absent: everybody has not been listed yet. */
  readonly ageMs?: number;
  /** Why it does not go on at the moment; absent: it does. */
  readonly fault?: string;
  /** Its entries. */
  readonly accounts: number;
  readonly groups: number;
  /** The addresses that they hold. */
  readonly addresses: number;
  /** Addresses that nobody enabled holds any more, and whose loss does not count yet. */
  readonly lost: number;
  /** Why those lost go on receiving, and the way out; absent: their loss counts after `grace`. */
  readonly held?: string;
  /** The last whole listing; absent: none since the start. `agoMs`: since it ended. */
  readonly listing?: {
    readonly agoMs: number;
    readonly tookMs: number;
    readonly put: number;
    readonly gone: number;
  };
  /** Of its file, and what SQLite lays beside it. */
  readonly bytes: number;
  readonly acceptForMs: number;
  /** For how long after the last word it refuses whom it lacks, where the directory can't be asked. */
  readonly denyForMs: number;
  readonly counts: MirrorCounts;
}

/** What has happened since the start. */
export interface MirrorCounts {
  readonly listings: Readonly<Record<'whole' | 'failed', number>>;
  readonly changes: Readonly<Record<'put' | 'gone' | 'unchanged', number>>;
  /** Whom a listing did not show, and what the directory said of them: still there, gone, not asked, or no answer. */
  readonly confirmed: Readonly<Record<'found' | 'gone' | 'held' | 'unknown', number>>;
  /** Times at which what had changed could not be known any more, and everybody was listed again. */
  readonly gaps: number;
  readonly answers: Readonly<
    Record<'found' | 'stale' | 'absent' | 'lost' | 'doubt' | 'nothing', number>
  >;
}

/** How a mirror and a fresh listing of its directory differ; each list holds 20 at most, the counts all. */
export interface MirrorDiff {
  readonly listed: number;
  readonly onlyHere: Differing;
  readonly onlyThere: Differing;
  readonly different: Differing;
}

/** Entries by their addresses. */
export interface Differing {
  readonly count: number;
  readonly some: readonly string[];
}
