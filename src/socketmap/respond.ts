import { type Clock, preciseClock } from '../clock.ts';
import type { Maybe } from '../directory/directory.ts';
import type { Log, ShowAddress } from '../log.ts';
import { createApiece } from '../lookup/apiece.ts';
import type { Context } from '../lookup/outcome.ts';
import type { Answer, Router } from '../maps/answer.ts';
import type { RecentReplies } from '../maps/recent.ts';
import type { Repeat } from '../maps/router.ts';
import type { Fit } from './clients.ts';
import type { Counters } from './figures.ts';
import { encodeNetstring } from './netstring.ts';
import {
  findReplyFault,
  formatReply,
  MAX_REPLY_BYTES,
  notFound,
  parseRequest,
  perm,
  type Query,
  type ReplyFault,
  temp,
} from './protocol.ts';

/** Whom requests are put to, and who hears what goes wrong. */
export interface RespondOptions {
  readonly route: Router;
  /** Whether a map of that name is configured. */
  readonly hasMap: (name: string) => boolean;
  readonly log: Log;
  readonly counters: Counters;
  /** How a key whose answer can't be sent stands in the log; absent: it does not. */
  readonly showAddress?: ShowAddress;
  /** Absent: the system's monotonic clock. */
  readonly clock?: Clock;
  /** How answers are said to whoever asks; absent: as they are. */
  readonly fit?: Fit;
  /** How the answer that `route` gave last may be given again without it, and where its reply is kept; absent: nothing is. */
  readonly lastRepeat?: () => Repeat | undefined;
  readonly recent?: Pick<RecentReplies, 'keep'>;
  /** Absent: `MAX_REPLY_BYTES`. */
  readonly maxReplyBytes?: number;
  /** Hears of each reply to a request that could be read; it never throws. Absent: nobody does. */
  readonly hear?: (reply: Replied) => void;
}

/** A reply, before it is said as its client understands it. */
export interface Replied {
  readonly map: string;
  readonly answer: Answer;
  /** When the request came, on the server's clock. */
  readonly arrivedAt: number;
  /** Why it is not what the handler said. */
  readonly fault?: ReplyFault | 'bug';
}

/** Frames a reply as a connection's peer reads it. */
type Encode = (reply: string) => string;

/** Turns a request's payload into its framed reply; absent: it can't be read. Neither throws nor rejects. */
export type Respond = (
  request: string,
  context: Context,
  encode: Encode,
) => Maybe<string> | undefined;

/** Creates the function that answers requests, whoever sent them. An answer that is there at once comes back at once. */
export function createRespond(options: RespondOptions): Respond {
  const { route, hasMap, log, counters, hear, recent, fit = (answer) => answer } = options;
  const { maxReplyBytes = MAX_REPLY_BYTES, lastRepeat } = options;
  const { showAddress, clock = preciseClock } = options;
  const apiece = createApiece(clock);
  const say = (
    map: string,
    arrivedAt: number,
    answer: Answer,
    fault?: Replied['fault'],
  ): string => {
    hear?.({ map, answer, arrivedAt, ...(fault && { fault }) });
    return formatReply(fit(answer));
  };
  /** Of each address, for only a person can end it; else of each map. */
  const tellUnsent = ({ map, key }: Query, fault: ReplyFault): void => {
    const judged = apiece.judge(`${map} ${fault} ${showAddress === undefined ? '' : key}`);
    if (judged === 'many')
      log.warn({}, "many answers can't be sent: further ones are told in a minute");
    if (judged !== 'told') return;
    const reason = fault === 'size' ? tooLong(maxReplyBytes) : UNSENDABLE[fault];
    log.warn(
      { map, ...(showAddress && { address: showAddress(key) }), reason },
      "an answer can't be sent, its mail is deferred",
    );
  };
  const format = (answer: Answer, query: Query, arrivedAt: number): string => {
    const { map } = query;
    const fault = answer.status === 'OK' ? findReplyFault(answer.data, maxReplyBytes) : undefined;
    if (fault === undefined) return say(map, arrivedAt, answer);
    counters.refused[fault]++;
    tellUnsent(query, fault);
    return say(map, arrivedAt, temp(`idpmap reply-${fault}`), fault);
  };
  /** A handler that throws is a bug, ours or that of whoever embeds us: the connection lives on. */
  const excuse = (error: unknown, map: string, arrivedAt: number): string => {
    counters.bugs++;
    log.error({ err: error }, 'a map threw, its query was answered TEMP');
    return say(map, arrivedAt, temp('idpmap bug'), 'bug');
  };
  const formatLater = async (
    answer: Promise<Answer>,
    query: Query,
    arrivedAt: number,
    encode: Encode,
  ): Promise<string> => {
    try {
      return encode(format(await answer, query, arrivedAt));
    } catch (error) {
      return encode(excuse(error, query.map, arrivedAt));
    }
  };
  /** A reply that is there at once is not framed yet: what it begins with decides whether it is kept. */
  const answer = (request: string, context: Context, encode: Encode): Maybe<string> | undefined => {
    let map = '';
    const { arrivedAt } = context;
    try {
      const query = parseRequest(request, hasMap);
      if (query === undefined) return undefined;
      ({ map } = query);
      const said = route(map, query.key, context);
      return 'status' in said
        ? format(said, query, arrivedAt)
        : formatLater(said, query, arrivedAt, encode);
    } catch (error) {
      return excuse(error, map, arrivedAt);
    }
  };
  return (request, context, encode) => {
    const reply = answer(request, context, encode);
    if (typeof reply !== 'string') return reply;
    const frame = encode(reply);
    // People who type lines are few.
    if (recent === undefined || encode !== encodeNetstring) return frame;
    const repeat = lastRepeat?.();
    // What could not be sent went out as TEMP, and is counted each time.
    if (repeat !== undefined && reply.startsWith(repeat.status))
      recent.keep(request, frame, repeat, context);
    return frame;
  };
}

/**
 * Creates the function that answers a request too long to be read, by its beginning: a key of so many bytes is nobody's, and
 * Postfix from 3.12 on takes it for "not found" without asking. Absent: it can't be read.
 */
export const createRespondCut =
  ({ hasMap, fit = (answer) => answer }: Pick<RespondOptions, 'hasMap' | 'fit'>) =>
  (beginning: string): string | undefined => {
    const query = parseRequest(beginning, hasMap);
    if (query === undefined) return undefined;
    return formatReply(fit(hasMap(query.map) ? notFound() : perm('request too long')));
  };

/** Why an answer can't be sent, and what to do. */
const UNSENDABLE: Readonly<Record<Exclude<ReplyFault, 'size'>, string>> = {
  empty: 'it is empty',
  control: 'it holds a line break or a NUL',
};
const tooLong = (bytes: number): string =>
  `it has more than ${bytes} bytes; where only counts that there is an answer, as for domains, set result: OK of a map of kind table`;
