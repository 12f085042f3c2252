import { type Clock, preciseClock } from '../clock.ts';
import { type Log, type ShowAddress, silentLog } from '../log.ts';
import type { Router } from '../maps/answer.ts';
import { createRecentReplies } from '../maps/recent.ts';
import type { Repeat } from '../maps/router.ts';
import type { NetEvent } from '../net/figures.ts';
import { LIMITS, type Limits } from '../net/limits.ts';
import type { BoundListener, Listener, ListenOptions } from '../net/listening.ts';
import type { Protocol } from '../net/protocol.ts';
import type { Reads } from '../net/readsocket.ts';
import { createNetServer } from '../net/server.ts';
import { type Client, fitFor } from './clients.ts';
import { openDialect } from './dialects.ts';
import { createCounters, type Figures } from './figures.ts';
import type { FrameFault } from './netstring.ts';
import { formatReply, INVALID, temp } from './protocol.ts';
import { createRespond, createRespondCut, type Replied, type RespondOptions } from './respond.ts';

/** What a server answers with, and within which bounds. Only `route` must be given. */
export interface ServerOptions {
  /** Asked for each request, so maps may be swapped behind it. Says PERM of a map that is not there. */
  readonly route: Router;
  /** How the answer that `route` gave last, at once, may be given again without it; absent: it is always asked. */
  readonly lastRepeat?: () => Repeat | undefined;
  /** Whether a map of that name is there; asked where a request may begin with the word `get`, or is too long. Absent: none is called so. */
  readonly hasMap?: (name: string) => boolean;
  /** Absent: the system's monotonic clock. */
  readonly clock?: Clock;
  /** How long a request may take, now or at each request; absent: 200. */
  readonly deadlineMs?: number | (() => number);
  readonly limits?: Partial<Limits>;
  /** Absent: `MAX_REQUEST_BYTES`. */
  readonly maxRequestBytes?: number;
  /** Absent: `MAX_REPLY_BYTES`. */
  readonly maxReplyBytes?: number;
  /** Hears of what is counted, as it happens; they never throw. Absent: nobody does. */
  readonly hear?: {
    readonly reply: (reply: Replied) => void;
    readonly net: (event: NetEvent<FrameFault>) => void;
  };
  /** Absent: says nothing. */
  readonly log?: Log;
  /** How a key whose answer can't be sent stands in the log; absent: it does not. */
  readonly showAddress?: ShowAddress;
  /** Absent: `shared`. */
  readonly reads?: Reads;
}

/** Where and for whom to listen, and who asks there. */
export interface SocketmapListenOptions extends ListenOptions {
  /** Absent: Postfix. */
  readonly client?: Client;
}

/** Answers socketmap requests at any number of endpoints. */
export interface SocketmapServer {
  /**
   * Opens one more endpoint.
   * @throws {EndpointError} that says why it can't be opened
   */
  listen(options: SocketmapListenOptions): Promise<Listener>;
  /**
   * As `listen`, but a Unix socket stands aside until `publish`, so that several endpoints replace others together.
   * @throws {EndpointError} that says why it can't be opened
   */
  bind(options: SocketmapListenOptions): Promise<BoundListener>;
  /** Closes all endpoints, as `Listener.close` does. */
  drain(withinMs: number): Promise<void>;
  readonly figures: Figures;
}

const DEADLINE_MS = 200;

/**
 * Creates a socketmap server; it listens nowhere yet.
 * @see socketmap_table(5)
 */
export function createSocketmapServer(options: ServerOptions): SocketmapServer {
  const { deadlineMs = DEADLINE_MS, log = silentLog, hasMap = () => false } = options;
  const counters = createCounters();
  const clock = options.clock ?? preciseClock;
  const { route, hear, maxReplyBytes, maxRequestBytes } = options;
  const speak = (client: Client = 'postfix') =>
    createSocketmap({
      route,
      ...(options.lastRepeat && { lastRepeat: options.lastRepeat }),
      hasMap,
      log,
      clock,
      ...(options.showAddress && { showAddress: options.showAddress }),
      counters,
      fit: fitFor(client),
      ...(maxReplyBytes !== undefined && { maxReplyBytes }),
      ...(maxRequestBytes !== undefined && { maxRequestBytes }),
      ...(hear && { hear: hear.reply }),
    });
  const server = createNetServer<FrameFault>({
    clock,
    deadlineMs: typeof deadlineMs === 'number' ? () => deadlineMs : deadlineMs,
    limits: { ...LIMITS, ...options.limits },
    log,
    counters,
    ...(hear && { hear: hear.net }),
    reads: options.reads ?? 'shared',
  });
  return {
    listen: ({ client, ...where }) => server.listen(where, speak(client)),
    bind: ({ client, ...where }) => server.bind(where, speak(client)),
    drain: (withinMs) => server.drain(withinMs),
    figures: counters,
  };
}

/** What a listener for Postfix's `socketmap:` speaks, and for other clients of it. */
export function createSocketmap(
  options: Omit<RespondOptions, 'recent'> & Pick<ServerOptions, 'maxRequestBytes'>,
): Protocol<FrameFault> {
  const { fit = (answer) => answer, maxRequestBytes } = options;
  // Of this listener: clients of others may be answered otherwise.
  const recent = options.lastRepeat && createRecentReplies();
  return {
    open: (first, peer) => openDialect(first, peer, maxRequestBytes),
    respond: createRespond({ ...options, ...(recent && { recent }) }),
    ...(recent && { recall: recent.recall }),
    respondCut: createRespondCut(options),
    giveUp: formatReply(temp('idpmap deadline')),
    invalid: formatReply(fit(INVALID)),
  };
}
