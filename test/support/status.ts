import type { DirectoryStatus } from '../../src/http/directorystatus.ts';
import type { Status } from '../../src/http/statusreport.ts';

/** Ten minutes past three at night, where the browser of the tests lives. */
export const NOW = '2026-11-21T03:10:05.000Z';
const STEPS = 360;
const MINUTE = 6;

type Answers = Status['history']['answers'];

/** `before` in each step of the hour but the last ones, where it is `after`. */
export const steps = (before: number, after = before, last = MINUTE): readonly number[] =>
  Array.from({ length: STEPS }, (_, i) => (i < STEPS - last ? before : after));

const NONE = steps(0);
/** None at all. */
export const QUIET: Answers = {
  OK: NONE,
  NOTFOUND: NONE,
  TEMP: NONE,
  PERM: NONE,
  stale: NONE,
  meant: NONE,
};
/** Ten lookups a step. */
export const BUSY: Answers = { ...QUIET, OK: steps(9), NOTFOUND: steps(1) };

/** The steps of the history: the current one began at the full ten seconds. */
export const HOUR = { stepMs: 10_000, since: '2026-11-21T03:10:00.000Z' };

/** A directory that is well. */
export const STAFF: DirectoryStatus = {
  name: 'staff',
  type: 'ldap',
  state: 'ok',
  openings: 0,
  lastAnswer: NOW,
  lookups: {
    found: 9,
    none: 1,
    stale: 0,
    unknown: 0,
    remembered: 5,
    joined: 0,
    prefetched: 0,
    disbelieved: 0,
  },
  causes: {},
  asked: 5,
  inFlight: 0,
  waiting: 0,
  latency: { count: 0 },
  remembered: { found: 9, none: 1, unknown: 0, rows: 0 },
  dropped: 0,
  pending: [],
};
/** The same, while it is down. */
export const DOWN: DirectoryStatus = {
  ...STAFF,
  state: 'open',
  openings: 1,
  failingSince: '2026-11-21T03:02:05.000Z',
  circuitSince: '2026-11-21T03:02:10.000Z',
  lastAnswer: '2026-11-21T03:02:00.000Z',
  lastFault: {
    cause: 'timeout',
    reason: 'no answer from ldap://192.0.2.1',
    when: '2026-11-21T03:02:09.000Z',
  },
};

/** A daemon that fares well. */
export const WELL: Status = {
  version: '1.2.3',
  phase: 'ready',
  now: NOW,
  startedAt: '2026-11-20T03:00:00.000Z',
  maps: [],
  unconfigured: [],
  directories: [STAFF],
  shadows: [],
  domains: { configured: 1 },
  connections: {
    max: 1000,
    listeners: [],
    endpoints: [],
    rejected: { 'not-allowed': 0, 'too-many': 0, 'too-many-of-peer': 0, tls: 0, accept: 0 },
    violations: {
      netstring: 0,
      oversize: 0,
      truncated: 0,
      unreadable: 0,
      'request-timeout': 0,
      'reply-timeout': 0,
      idle: 0,
    },
  },
  reloads: {
    succeeded: 0,
    failed: 0,
    isLastGood: true,
    lastGoodAt: '2026-11-20T03:00:00.000Z',
  },
  cache: { staleMs: 86_400_000 },
  token: 'configured',
  causes: [],
  history: { ...HOUR, answers: BUSY },
  lately: {
    rejected: { 'not-allowed': 0, 'too-many': 0, 'too-many-of-peer': 0, tls: 0, accept: 0 },
    unsent: { empty: 0, control: 0, size: 0 },
    bugs: 0,
    overdue: 0,
    droppedLines: 0,
  },
  unwritten: [],
  memory: { rssBytes: 1, heapBytes: 1 },
};

/** Other answers than those of a daemon that fares well. */
export const answers = (changes: Partial<Answers>): Partial<Status> => ({
  history: { ...HOUR, answers: { ...BUSY, ...changes } },
});
