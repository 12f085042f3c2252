import type { Maybe } from '../../../src/directory/directory.ts';
import type { Context } from '../../../src/lookup/outcome.ts';
import { createRecentReplies, type RecentReplies } from '../../../src/maps/recent.ts';
import { encodeNetstring } from '../../../src/socketmap/netstring.ts';
import { createRespond, type RespondOptions } from '../../../src/socketmap/respond.ts';

/** Answers requests with frames as a connection of a listener does: what went out lately goes out again. */
export function createAnswering(
  options: RespondOptions,
  recent: RecentReplies = createRecentReplies(),
): (request: string, context: Context) => Maybe<string> | undefined {
  const respond = createRespond({ ...options, recent });
  return (request, context) => {
    const bytes = Buffer.from(request);
    return (
      recent.recall(bytes, 0, bytes.length, context) ?? respond(request, context, encodeNetstring)
    );
  };
}
