import { z } from 'zod';
import { parseDomain } from '../../address/address.ts';
import { type Endpoint, formatEndpoint, isLocal, parseEndpoint } from '../../net/endpoint.ts';
import { likelyEndpoints } from '../likely/endpoints.ts';
import { likelyDomains } from '../likely/names.ts';
import { spellEndpoint } from '../schema/addresses.ts';
import { notations } from '../schema/notation.ts';
import { flag, normalised, oneOrMany, secret, written } from '../schema/values.ts';
import { isTree } from '../sources/tree.ts';

/** A token that is shorter can be guessed, and lets nobody in. Characters. */
export const MIN_TOKEN_LENGTH = 16;

const endpointOrOff = () =>
  written<Endpoint | 'off'>(
    { type: 'endpoint or `off`', place: 'endpoint', likely: likelyEndpoints },
    (text) => (text === 'off' ? text : parseEndpoint(text)),
    (where) => (where === 'off' ? where : spellEndpoint(where)),
  );

const host = () =>
  normalised(
    { type: 'host', likely: likelyDomains },
    (text) => parseDomain(text),
    'is no host name, write one such as mail.example.org, without a port',
  );

const server = z.strictObject({
  endpoint: endpointOrOff().prefault('tcp://127.0.0.1:9101').meta({
    description:
      'Where metrics, health and the status page are served: `tcp://HOST:PORT`, `unix:PATH?mode=0660`, or `off`.',
  }),
  token: secret()
    .exactOptional()
    .meta({
      description:
        'Bearer token of 16 characters or more for whatever shows or takes an address (explain, purge); beyond loopback and Unix sockets, for all but health. Its file is read anew each time.',
      examples: ['{ file: /run/secrets/http-token }'],
    }),
  hosts: oneOrMany(host())
    .prefault([])
    .meta({
      description:
        "Further names by which it is asked, a proxy's or a Service's; requests for others are refused.",
      examples: ['[idpmap.example.org]'],
    }),
  acknowledgeUnauthenticated: flag().prefault(false).meta({
    description:
      'Says that you know: whoever reaches this endpoint may read metrics and the status page, in which no address is. Whatever shows or takes an address still needs the token.',
  }),
});

/** Beyond this machine, whoever reaches the port would read the figures, and guess at addresses. */
function faultOf(group: z.input<typeof server>): string | undefined {
  const { endpoint: text, token, acknowledgeUnauthenticated: isKnown } = group;
  if (typeof text !== 'string' || token !== undefined || isKnown === true) return undefined;
  const where = tryEndpoint(text);
  if (where === undefined || isLocal(where)) return undefined;
  return `${formatEndpoint(where)} is reachable from outside, listen on loopback or a unix socket, set http.token: { file: /run/secrets/http-token }, or, where its network is guarded, http.acknowledgeUnauthenticated: true`;
}

function tryEndpoint(text: string): Endpoint | undefined {
  try {
    return parseEndpoint(text);
  } catch {
    // It is off, or blamed where it stands.
    return undefined;
  }
}

/** Metrics, health, the status page and what administrators ask over HTTP. An endpoint may stand alone, as text. */
export const http = z
  // The group is checked right after, whatever it holds.
  .codec(z.custom<string | z.input<typeof server>>(), server, {
    // Checked here: zod can't write a group with an absent secret when it has refinements.
    decode: (value, context) => {
      const group = typeof value === 'string' ? { endpoint: value } : value;
      const fault = isTree(group) ? faultOf(group) : undefined;
      if (fault !== undefined)
        context.issues.push({ code: 'custom', message: fault, input: value, continue: true });
      return group;
    },
    encode: (value) => value,
  })
  .register(notations, { alone: 'endpoint' })
  .prefault({})
  .meta({
    description:
      'Metrics, health, the status page and its interface, over HTTP: an endpoint, `off`, or a group where it needs more.',
  });
