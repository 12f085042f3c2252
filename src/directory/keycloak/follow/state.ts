import { isRecord } from '../../../record.ts';
import { Gap } from '../../directory.ts';
import type { EventMark } from '../feed/eventlog.ts';

/** How far a realm was told. It is the cursor of its feed, as JSON. */
export interface State {
  /** The newest event of administrators that was seen; absent: they are not read. */
  readonly admin?: EventMark;
  /** The newest of what users do to themselves. */
  readonly own?: EventMark;
  /** When everybody was listed last, by our calendar. */
  readonly listedAt: number;
  /** Where the tokens came from by which it was read; absent: they do not tell. */
  readonly origin?: string;
}

/** Reads a cursor. @throws {Gap} where it is none, or has no events to go on from where there must be */
export function parseState(cursor: string, hasEvents: boolean): State {
  const state = read(cursor);
  if (state !== undefined && (!hasEvents || state.admin !== undefined)) return state;
  throw new Gap('what was kept of the last listing does not tell how far events were read');
}

function read(cursor: string): State | undefined {
  let raw: unknown;
  try {
    raw = JSON.parse(cursor);
  } catch {
    return undefined;
  }
  if (!isRecord(raw)) return undefined;
  const [admin, own] = [readMark(raw['admin']), readMark(raw['own'])];
  const { listedAt, origin } = raw;
  if (typeof listedAt !== 'number') return undefined;
  return {
    ...(admin !== undefined && { admin }),
    ...(own !== undefined && { own }),
    listedAt,
    ...(typeof origin === 'string' && { origin }),
  };
}

function readMark(raw: unknown): EventMark | undefined {
  if (!isRecord(raw)) return undefined;
  const { time, id } = raw;
  return typeof time === 'number' && typeof id === 'string' ? { time, id } : undefined;
}
