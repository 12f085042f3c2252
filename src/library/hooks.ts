import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Answer } from '../maps/answer.ts';
import type { Breach, NetEvent, Rejection } from '../net/figures.ts';
import type { FrameFault } from '../socketmap/netstring.ts';
import type { ReplyFault } from '../socketmap/protocol.ts';
import type { Replied } from '../socketmap/respond.ts';
import { LATE } from './call.ts';

/** One reply, as metrics want it: it names no key. */
export interface ReplyEvent {
  /** Absent where no such map is registered: clients choose names. */
  readonly map?: string;
  readonly status: Answer['status'];
  /** From the request's last byte to the answer, whole milliseconds. */
  readonly durationMs: number;
  /** Why it is not what the handler said: it was late, it threw, or its data can't be sent. */
  readonly fault?: 'deadline' | 'bug' | ReplyFault;
}

/** Hears of what happens, as it happens. Be quick; what a hook throws is logged and changes nothing. */
export interface Hooks {
  readonly replied?: (event: ReplyEvent) => void;
  /** `endpoint` is written as `formatEndpoint` does, in all of them. */
  readonly connected?: (event: { readonly endpoint: string }) => void;
  readonly disconnected?: (event: { readonly endpoint: string }) => void;
  /** A connection was not served. */
  readonly rejected?: (event: { readonly endpoint: string; readonly rejection: Rejection }) => void;
  /** A client broke the protocol, or a time limit. */
  readonly violated?: (event: { readonly violation: Breach | FrameFault }) => void;
}

/** Makes of hooks what a server tells; it never throws. */
export function createHearing(
  hooks: Hooks,
  {
    clock,
    log,
    hasMap,
  }: { readonly clock: Clock; readonly log: Log; readonly hasMap: (name: string) => boolean },
) {
  const call = <Event>(hook: ((event: Event) => void) | undefined, event: Event): void => {
    try {
      hook?.(event);
    } catch (error) {
      log.error({ err: error }, 'a hook threw');
    }
  };
  return {
    reply: ({
      map,
      answer,
      arrivedAt,
      fault = answer === LATE ? 'deadline' : undefined,
    }: WithLate) =>
      call(hooks.replied, {
        ...(hasMap(map) && { map }),
        status: answer.status,
        durationMs: clock.now() - arrivedAt,
        ...(fault && { fault }),
      }),
    net: (event: NetEvent<FrameFault>): void => {
      switch (event.event) {
        case 'open':
          return call(hooks.connected, { endpoint: event.endpoint });
        case 'closed':
          return call(hooks.disconnected, { endpoint: event.endpoint });
        case 'rejected':
          return call(hooks.rejected, { endpoint: event.endpoint, rejection: event.rejection });
        case 'violation':
          return call(hooks.violated, { violation: event.violation });
      }
    },
  };
}

type WithLate = Omit<Replied, 'fault'> & { readonly fault?: ReplyEvent['fault'] };
