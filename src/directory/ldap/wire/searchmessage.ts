import { type Control, type Message, PresenceFilter, SearchRequest as SearchMessage } from 'ldapts';
import type { SearchRequest } from '../search.ts';

/** Writes a search as a message. The server ends it itself after `timeLimitS`: an Abandon may lie in its queue. */
export function searchMessage(
  messageId: number,
  request: SearchRequest,
  timeLimitS: number,
  controls: readonly Control[],
): Message {
  const { base, scope, filter, attributes, sizeLimit, dereference = 'never' } = request;
  return new SearchMessage({
    messageId,
    baseDN: base,
    scope,
    filter,
    // "1.1" asks for no attributes, an empty list for all of them (RFC 4511, 4.5.1.8).
    attributes: attributes.length > 0 ? [...attributes] : ['1.1'],
    sizeLimit,
    timeLimit: timeLimitS,
    derefAliases: dereference,
    ...(controls.length > 0 ? { controls: [...controls] } : {}),
  });
}

/** The root's own entry, which everybody may ask for. */
export const ROOT: SearchRequest = {
  base: '',
  scope: 'base',
  filter: new PresenceFilter({ attribute: 'objectClass' }),
  attributes: [],
  sizeLimit: 0,
};
