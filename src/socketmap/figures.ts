import { type Breach, createTraffic, type Traffic, type TrafficCounters } from '../net/figures.ts';
import type { FrameFault } from './netstring.ts';
import type { ReplyFault } from './protocol.ts';

/** Why a connection was ended by us, or a request was answered with PERM unread. Closed: it labels metrics. */
export type Violation = FrameFault | Breach;

/** What a server has counted since it was created: plain numbers, read when somebody asks. */
export interface Figures extends Traffic<FrameFault> {
  /** Requests answered TEMP because a handler threw. */
  readonly bugs: number;
  /** Replies that could not be sent as they were, and went out as TEMP. */
  readonly refused: Readonly<Record<ReplyFault, number>>;
}

/** The figures as those who count see them. */
export interface Counters extends TrafficCounters<FrameFault> {
  bugs: number;
  readonly refused: Record<ReplyFault, number>;
}

/** Creates figures that are all zero. */
export const createCounters = (): Counters => ({
  ...createTraffic<FrameFault>({ netstring: 0, oversize: 0 }),
  bugs: 0,
  refused: { empty: 0, control: 0, size: 0 },
});
