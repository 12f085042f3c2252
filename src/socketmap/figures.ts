import type { FrameFault } from './netstring.ts';
import type { ReplyFault } from './protocol.ts';

/** Why a connection was not served. Closed: it labels metrics. */
export type Rejection =
  /** Its peer is not in the listener's `allow`. */
  | 'not-allowed'
  | 'too-many'
  /** No TLS, or no client certificate that the listener accepts. */
  | 'tls'
  /** The system could not hand it over: no file descriptor, no memory. */
  | 'accept';

/** Why a connection was ended by us, or a request was answered with PERM unread. Closed: it labels metrics. */
export type Violation =
  | FrameFault
  /** It ended within a request. */
  | 'truncated'
  /** A request without a space. */
  | 'unreadable'
  | 'request-timeout'
  | 'reply-timeout'
  | 'idle';

/** What one endpoint has seen, over all listeners that had it. */
export interface ListenerFigures {
  /** As `formatEndpoint` writes it. */
  readonly endpoint: string;
  readonly open: number;
  readonly total: number;
}

/** What a server has counted since it was created: plain numbers, read when somebody asks. */
export interface Figures {
  readonly requests: number;
  /** Requests answered TEMP because nothing had come by their deadline. */
  readonly overdue: number;
  /** Requests answered TEMP because a handler threw. */
  readonly bugs: number;
  readonly listeners: readonly ListenerFigures[];
  readonly rejected: Readonly<Record<Rejection, number>>;
  readonly violations: Readonly<Record<Violation, number>>;
  /** Replies that could not be sent as they were, and went out as TEMP. */
  readonly refused: Readonly<Record<ReplyFault, number>>;
}

type Writable<T> = {
  -readonly [Key in keyof T]: T[Key] extends object ? Writable<T[Key]> : T[Key];
};

/** The figures as those who count see them. */
export type Counters = Writable<Figures>;

/** Creates figures that are all zero. */
export const createCounters = (): Counters => ({
  requests: 0,
  overdue: 0,
  bugs: 0,
  listeners: [],
  rejected: { 'not-allowed': 0, 'too-many': 0, tls: 0, accept: 0 },
  violations: {
    netstring: 0,
    oversize: 0,
    truncated: 0,
    unreadable: 0,
    'request-timeout': 0,
    'reply-timeout': 0,
    idle: 0,
  },
  refused: { empty: 0, control: 0, size: 0 },
});

/** The counters of `endpoint`, made where it is new: a listener that is opened again counts on. */
export function countersOf(counters: Counters, endpoint: string): Writable<ListenerFigures> {
  const known = counters.listeners.find((listener) => listener.endpoint === endpoint);
  if (known !== undefined) return known;
  const created = { endpoint, open: 0, total: 0 };
  counters.listeners.push(created);
  return created;
}
