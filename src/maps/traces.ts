import { randomInt } from 'node:crypto';
import { type Clock, wallClock } from '../clock.ts';
import type { Cause } from '../directory/directory.ts';
import { andThen } from '../directory/maybe.ts';
import type { Unknown } from '../lookup/outcome.ts';
import type { Answer, Router } from './answer.ts';

/** One query that was answered TEMP, and why. */
export interface Trace {
  /** As it stands at the end of the answer's reason, in mail.log. */
  readonly id: string;
  /** When it was answered, ISO 8601. */
  readonly when: string;
  readonly ageMs: number;
  readonly map: string;
  readonly key: string;
  readonly cause: Cause;
  readonly directory: string;
  readonly reason: string;
}

/** The last queries that were answered TEMP, each for an hour. */
export interface Traces {
  /** Keeps one and gives its id. */
  keep(map: string, key: string, doubt: Unknown): string;
  /** Finds one by its id; absent: it is too old, was pushed out by later ones, or never was. */
  find(id: string): Trace | undefined;
}

interface Kept {
  readonly at: number;
  readonly map: string;
  readonly key: string;
  readonly doubt: Unknown;
}

/** So many are kept. */
export const MOST_TRACES = 10_000;

/** For so long. */
export const TRACE_MS = 3_600_000;

/** Ids are six hexadecimal digits. */
const IDS = 2 ** 24;

/** Creates traces that hold none. Ids count up from a random one, so that two daemons' are seldom the same. */
export function createTraces(clock: Clock, first: number = randomInt(IDS)): Traces {
  const ring: Kept[] = [];
  let count = 0;
  return {
    keep: (map, key, doubt) => {
      ring[count % MOST_TRACES] = { at: clock.now(), map, key, doubt };
      const id = formatId((first + count) % IDS);
      count += 1;
      return id;
    },
    find: (id) => {
      const behind = readBehind(id, first + count - 1);
      if (behind === undefined || behind >= Math.min(count, MOST_TRACES)) return undefined;
      const kept = ring[(count - 1 - behind) % MOST_TRACES];
      return kept === undefined ? undefined : show(id, kept, clock.now());
    },
  };
}

const formatId = (id: number): string => id.toString(16).padStart(6, '0');

/** How many ids ago `text` was given, the last one being `last`; absent: it is no id. */
function readBehind(text: string, last: number): number | undefined {
  if (!/^[0-9a-f]{6}$/.test(text)) return undefined;
  const behind = (last - Number.parseInt(text, 16)) % IDS;
  return behind < 0 ? behind + IDS : behind;
}

function show(id: string, { at, map, key, doubt }: Kept, now: number): Trace | undefined {
  const ageMs = now - at;
  if (ageMs > TRACE_MS) return undefined;
  const { cause, directory, reason } = doubt;
  const when = new Date(wallClock.now() - ageMs).toISOString();
  return { id, when, ageMs, map, key, cause, directory, reason };
}

/** Signs each TEMP that comes of a doubt with the id of its trace. */
export const tracing = (route: Router, traces: Traces): Router => {
  const sign = (map: string, key: string, answer: Answer): Answer => {
    if (answer.status !== 'TEMP' || answer.doubt === undefined) return answer;
    return { status: 'TEMP', reason: `${answer.reason} ${traces.keep(map, key, answer.doubt)}` };
  };
  return (map, key, context) =>
    andThen(route(map, key, context), (answer) => sign(map, key, answer));
};
