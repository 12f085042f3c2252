import type { Clock } from '../../../clock.ts';
import { Fault } from '../../directory.ts';
import { Transient } from './faults.ts';
import { OFTEN, type Reply } from './replies.ts';

/**
 * Keeps the peace that Keycloak asks for: nothing is sent while it starts, or while it, or a proxy, says that it is asked
 * too often.
 */
export interface Gate {
  /** @throws {Fault} while nothing is to be sent */
  check(): void;
  /** Takes note of a reply. @throws {Fault} `starting` where it says that Keycloak starts */
  note(reply: Reply): void;
  /** What a fault counts as: directly after a start, a passing one is part of it. */
  judge(fault: Fault): Fault;
}

/** Whatever is asked for, recovery is seen after so long. */
const LONGEST_MS = 30_000;
/** A start asks for twice as long each time, up to half a minute after it is over. */
const LONGEST_START_MS = 2000;
/** A fresh Keycloak is slow: its code is not compiled yet. */
const WARM_MS = 5000;
const DEFAULT_S = 1;

/** Creates the gate of one site. */
export function createGate(url: string, clock: Clock): Gate {
  let closed: { readonly until: number; readonly fault: Fault } | undefined;
  let coldUntil = Number.NEGATIVE_INFINITY;

  const close = (ms: number, fault: Fault): Fault => {
    closed = { until: clock.now() + ms, fault };
    return fault;
  };

  return {
    check() {
      if (closed === undefined) return;
      if (clock.now() < closed.until) throw closed.fault;
      closed = undefined;
    },
    note(reply) {
      if (reply.status === 503 && /^\s*bootstrap in progress/i.test(reply.text)) {
        const seconds = Number(/retry in (\d+)/i.exec(reply.text)?.[1] ?? DEFAULT_S);
        const ms = Math.min(seconds * 1000, LONGEST_START_MS);
        coldUntil = clock.now() + ms + WARM_MS;
        throw close(ms, new Fault('starting', `${url} starts (503, bootstrap in progress)`));
      }
      if (reply.status === 429) {
        const seconds = secondsOf(reply.retryAfter);
        const reason = `${url} says 429 and is left alone for ${seconds} s: ${OFTEN}`;
        // Whoever sends much mail chooses when it says so: no circuit may open for it, and nothing is asked all the same.
        throw close(seconds * 1000, new Fault('doubt', reason));
      }
    },
    judge: (fault) =>
      fault instanceof Transient && clock.now() < coldUntil
        ? new Fault('starting', `${fault.message}, shortly after its start`, { cause: fault })
        : fault,
  };
}

/** Retry-After in seconds; a date, which is rare, counts as the default. */
function secondsOf(retryAfter: string | undefined): number {
  const seconds = Number(retryAfter);
  return Number.isFinite(seconds) && seconds > 0
    ? Math.min(Math.ceil(seconds), LONGEST_MS / 1000)
    : DEFAULT_S;
}
