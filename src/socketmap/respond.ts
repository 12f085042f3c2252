import type { Maybe } from '../directory/directory.ts';
import type { Log } from '../log.ts';
import type { Context } from '../lookup/outcome.ts';
import type { Answer, Router } from '../maps/answer.ts';
import { createRecentReplies, type Encode } from '../maps/recent.ts';
import type { Repeat } from '../maps/router.ts';
import type { Fit } from './clients.ts';
import type { Counters } from './figures.ts';
import {
  findReplyFault,
  formatReply,
  MAX_REPLY_BYTES,
  notFound,
  parseRequest,
  perm,
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
  /** How answers are said to whoever asks; absent: as they are. */
  readonly fit?: Fit;
  /** How the answer that `route` gave last may be given again without it; absent: it is asked each time. */
  readonly lastRepeat?: () => Repeat | undefined;
}

/** Turns a request's payload into its framed reply; absent: it can't be read. Neither throws nor rejects. */
export type Respond = (
  request: string,
  context: Context,
  encode: Encode,
) => Maybe<string> | undefined;

/** Creates the function that answers requests, whoever sent them. An answer that is there at once comes back at once. */
export function createRespond(options: RespondOptions): Respond {
  const { route, hasMap, log, counters, lastRepeat, fit = (answer) => answer } = options;
  const recent = lastRepeat && createRecentReplies();
  const told = new Set<string>();
  const format = (answer: Answer, map: string): string => {
    const fault = answer.status === 'OK' ? findReplyFault(answer.data) : undefined;
    if (fault === undefined) return formatReply(fit(answer));
    counters.refused[fault]++;
    // Once each: the same key comes with every attempt to deliver.
    if (!told.has(`${map} ${fault}`)) {
      told.add(`${map} ${fault}`);
      log.warn({ map, reason: UNSENDABLE[fault] }, "an answer can't be sent, its mail is deferred");
    }
    return formatReply(temp(`idpmap reply-${fault}`));
  };
  /** A handler that throws is a bug, ours or that of whoever embeds us: the connection lives on. */
  const excuse = (error: unknown): string => {
    counters.bugs++;
    log.error({ err: error }, 'a map threw, its query was answered TEMP');
    return formatReply(temp('idpmap bug'));
  };
  const answerLater = async (
    answer: Promise<Answer>,
    map: string,
    encode: Encode,
  ): Promise<string> => {
    try {
      return encode(format(await answer, map));
    } catch (error) {
      return encode(excuse(error));
    }
  };
  const answer = (request: string, context: Context, encode: Encode): Maybe<string> | undefined => {
    try {
      const query = parseRequest(request, hasMap);
      if (query === undefined) return undefined;
      const said = route(query.map, query.key, context);
      if (!('status' in said)) return answerLater(said, query.map, encode);
      const reply = format(said, query.map);
      const frame = encode(reply);
      // What could not be sent went out as TEMP, and is told each time.
      if (reply.startsWith(said.status)) recent?.keep(request, encode, frame, lastRepeat?.());
      return frame;
    } catch (error) {
      return encode(excuse(error));
    }
  };
  return (request, context, encode) => {
    const known = recent?.get(request, encode, context.arrivedAt);
    if (known === undefined) return answer(request, context, encode);
    known.repeat.countAgain(context);
    return known.frame;
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
const UNSENDABLE: Readonly<Record<ReplyFault, string>> = {
  empty: 'it is empty',
  control: 'it holds a line break or a NUL',
  size: `it has more than ${MAX_REPLY_BYTES} bytes; where only counts that there is an answer, as for domains, set result: OK of a map of kind table`,
};
