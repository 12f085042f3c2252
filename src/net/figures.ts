/** Why a connection was not served. Closed: it labels metrics. */
export type Rejection =
  /** Its peer is not in the listener's `allow`. */
  | 'not-allowed'
  | 'too-many'
  /** Its peer has as many as one may have. */
  | 'too-many-of-peer'
  /** No TLS, or no client certificate that the listener accepts. */
  | 'tls'
  /** The system could not hand it over: no file descriptor, no memory. */
  | 'accept';

/** Why a connection was ended by us, or a request was answered unread, whatever it spoke. Closed: it labels metrics. */
export type Breach =
  /** It ended within a request. */
  | 'truncated'
  /** A request that can't be read. */
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

/** What listeners have counted since their server was created; `Fault` is why bytes can't be read. */
export interface Traffic<Fault extends string> {
  readonly requests: number;
  /** Requests that were given up because nothing had come by their deadline. */
  readonly overdue: number;
  readonly listeners: readonly ListenerFigures[];
  readonly rejected: Readonly<Record<Rejection, number>>;
  readonly violations: Readonly<Record<Breach | Fault, number>>;
}

/** One of the things that are counted, told as it happens. `endpoint` is written as `formatEndpoint` does. */
export type NetEvent<Fault extends string> =
  /** A connection was accepted, and counts until it is `closed`. */
  | { readonly event: 'open' | 'closed'; readonly endpoint: string }
  | { readonly event: 'rejected'; readonly endpoint: string; readonly rejection: Rejection }
  | { readonly event: 'violation'; readonly violation: Breach | Fault };

/** Figures as those who count see them. */
export type Writable<T> = {
  -readonly [Key in keyof T]: T[Key] extends object ? Writable<T[Key]> : T[Key];
};

/** What listeners and connections count in. */
export interface TrafficCounters<Fault extends string> {
  requests: number;
  overdue: number;
  listeners: Writable<ListenerFigures>[];
  readonly rejected: Record<Rejection, number>;
  readonly violations: Record<Breach | Fault, number>;
}

/** Creates them, all zero, with those of the faults. */
export const createTraffic = <Fault extends string>(
  faults: Readonly<Record<Fault, number>>,
): TrafficCounters<Fault> => ({
  requests: 0,
  overdue: 0,
  listeners: [],
  rejected: { 'not-allowed': 0, 'too-many': 0, 'too-many-of-peer': 0, tls: 0, accept: 0 },
  violations: {
    ...faults,
    truncated: 0,
    unreadable: 0,
    'request-timeout': 0,
    'reply-timeout': 0,
    idle: 0,
  },
});

/** The counters of `endpoint`, made where it is new: a listener that is opened again counts on. */
export function countersOf(
  listeners: Writable<ListenerFigures>[],
  endpoint: string,
): Writable<ListenerFigures> {
  const known = listeners.find((listener) => listener.endpoint === endpoint);
  if (known !== undefined) return known;
  const created = { endpoint, open: 0, total: 0 };
  listeners.push(created);
  return created;
}
