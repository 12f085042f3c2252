import { silentLog } from '../../../src/log.ts';
import type { Answer, Router } from '../../../src/maps/answer.ts';
import { Connection } from '../../../src/net/connection.ts';
import { LIMITS, type Limits } from '../../../src/net/limits.ts';
import { createTurns } from '../../../src/net/turns.ts';
import { type Counters, createCounters } from '../../../src/socketmap/figures.ts';
import type { FrameFault } from '../../../src/socketmap/netstring.ts';
import { ok } from '../../../src/socketmap/protocol.ts';
import { createSocketmap } from '../../../src/socketmap/server.ts';
import { createFakePeer, type FakePeer } from './socketmap.ts';

/** What differs from the defaults. */
export interface SessionSetup {
  readonly route?: Router;
  readonly limits?: Partial<Limits>;
  readonly isLocal?: boolean;
  /** Absent: no map is known by name. */
  readonly hasMap?: (name: string) => boolean;
}

/** A session with a far end and a clock of the test's own. */
export interface SessionBench {
  readonly session: Connection<FrameFault>;
  readonly peer: FakePeer;
  readonly counters: Counters;
  readonly send: (text: string) => void;
  /** Moves the clock. */
  readonly pass: (ms: number) => void;
}

/** Answers every key with itself. */
export const echo: Router = (_, key) => ok(key);

/** Creates one; the clock starts at 1000, the deadline is 200 ms. */
export function setUpSession({
  route = echo,
  limits = {},
  isLocal = true,
  hasMap = () => false,
}: SessionSetup = {}): SessionBench {
  let now = 1000;
  const counters = createCounters();
  const peer = createFakePeer();
  const session = new Connection(
    peer.stream,
    { name: 'test', isLocal },
    createSocketmap({ route, hasMap, log: silentLog, counters }),
    {
      clock: { now: () => now },
      deadlineMs: () => 200,
      limits: { ...LIMITS, ...limits },
      log: silentLog,
      counters,
      turns: createTurns(),
      backlog: { waiting: 0 },
    },
  );
  return {
    session,
    peer,
    counters,
    send: (text) => {
      const chunk = Buffer.from(text);
      session.receive(chunk);
      // As the next read does with a buffer that all connections share.
      chunk.fill('#');
    },
    pass: (ms) => {
      now += ms;
    },
  };
}

/** A route that answers each key when `settle` is told to. */
export interface LateRoute {
  readonly route: Router;
  readonly settle: (key: string, answer: Answer) => void;
}

/** Creates one. */
export function createLate(): LateRoute {
  const waiting = new Map<string, (answer: Answer) => void>();
  return {
    route: (_, key) => new Promise((resolve) => waiting.set(key, resolve)),
    settle: (key, answer) => waiting.get(key)?.(answer),
  };
}
