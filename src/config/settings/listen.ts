import { z } from 'zod';
import { formatEndpoint, isLocal } from '../../net/endpoint.ts';
import { cidr, endpoint } from '../schema/addresses.ts';
import { notations } from '../schema/notation.ts';
import { flag, oneOrMany, path } from '../schema/values.ts';

const tls = z.strictObject({
  cert: path().meta({
    description: 'PEM file with the certificate and its chain.',
    examples: ['/etc/idpmap/tls.crt'],
  }),
  key: path().meta({
    description: "PEM file with the certificate's private key.",
    examples: ['/etc/idpmap/tls.key'],
  }),
  clientCa: path()
    .exactOptional()
    .meta({
      description: 'PEM file with the authorities whose client certificates are demanded.',
      examples: ['/etc/idpmap/clients.pem'],
    }),
});

const listener = z
  .strictObject({
    endpoint: endpoint().meta({
      description: 'Where to listen: `tcp://HOST:PORT` or `unix:PATH?mode=0660&group=postfix`.',
      examples: ['tcp://10.0.0.5:9100'],
    }),
    allow: oneOrMany(cidr())
      .exactOptional()
      .meta({
        description: 'Networks whose clients are served; others are closed at once. TCP only.',
        examples: ['[10.0.0.0/8]'],
      }),
    tls: tls.exactOptional().meta({
      description: "Speaks TLS here. TCP only; Postfix's own client speaks none.",
    }),
    client: z
      .enum(['postfix', 'sendmail'])
      .exactOptional()
      .meta({
        description:
          'Who asks here; without it, Postfix, or a client that reads replies as Postfix does. sendmail takes PERM for "no such user", so that it is told TEMP of a map that is not configured.',
        examples: ['sendmail'],
      }),
    acknowledgeUnauthenticated: flag()
      .exactOptional()
      .meta({
        description: 'Says that you know: whoever reaches this endpoint may ask it.',
        examples: ['true'],
      }),
  })
  .superRefine((settings, context) => {
    const fault = faultOf(settings);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  });

function faultOf(settings: z.output<typeof listener>): string | undefined {
  const { endpoint: where, allow, tls: secured, acknowledgeUnauthenticated } = settings;
  if (where.kind === 'unix') {
    const idle = allow === undefined ? secured && 'tls' : 'allow';
    return idle && `${idle} applies to tcp endpoints only, leave it out and use mode and group`;
  }
  if (isLocal(where)) return undefined;
  const missing = [
    ...(allow === undefined ? ['allow (the networks of your mail servers)'] : []),
    ...(secured === undefined && acknowledgeUnauthenticated !== true
      ? ['tls or acknowledgeUnauthenticated: true']
      : []),
  ];
  if (missing.length === 0) return undefined;
  return `${formatEndpoint(where)} is reachable from outside and socketmap has no authentication, listen on loopback or a unix socket, or set ${missing.join(' and ')}`;
}

/** An endpoint that needs nothing more may stand alone, as text. */
const listenerOrEndpoint = z
  // The listener is checked right after, whatever it holds.
  .codec(z.custom<string | z.input<typeof listener>>(), listener, {
    decode: (value) => (typeof value === 'string' ? { endpoint: value } : value),
    encode: (value) => (Object.keys(value).length === 1 ? value.endpoint : value),
  })
  .register(notations, { alone: 'endpoint' });

/** Where the daemon listens for Postfix. */
export const listen = oneOrMany(listenerOrEndpoint)
  .superRefine((listeners, context) => {
    const seen = new Set<string>();
    for (const [i, { endpoint: where }] of listeners.entries()) {
      const text = formatEndpoint(where);
      if (seen.has(text) && !text.endsWith(':0')) {
        context.addIssue({
          code: 'custom',
          path: [i],
          message: `${text} is listed twice, keep one`,
        });
      }
      seen.add(text);
    }
    if (listeners.length === 0) {
      context.addIssue({ code: 'custom', message: 'names no endpoint, write one or leave it out' });
    }
  })
  .prefault('tcp://127.0.0.1:9100')
  .meta({
    description:
      'Endpoints to listen at, one or a list. Each is a text, or a group where it needs more. Beyond loopback and Unix sockets, socketmap has no authentication of its own, so `allow` and either `tls` or `acknowledgeUnauthenticated` are demanded.',
    examples: [
      `[unix:/var/spool/postfix/idpmap/socketmap?mode=0660&group=postfix, { endpoint: "tcp://10.0.0.5:9100", allow: [10.0.0.0/8], acknowledgeUnauthenticated: true }]`,
    ],
  });
