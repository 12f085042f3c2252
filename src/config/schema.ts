import { z } from 'zod';
import { MAX_UNIX_PATH_BYTES } from '../net/endpoint.ts';
import { readGroup } from './schema/shape.ts';
import { count, duration, durationOrOff, flag, path, pathOrOff } from './schema/values.ts';
import { directories } from './sections/directories.ts';
import { domains } from './sections/domains.ts';
import { http } from './sections/http.ts';
import { listen } from './sections/listen.ts';
import { log } from './sections/log.ts';
import { maps } from './sections/maps.ts';
import { cache } from './sections/memory.ts';
import type { Secret } from './sources/secret.ts';

const connections = z.strictObject({
  max: count(1, 1_000_000).prefault(2000).meta({
    description: 'Connections at a time; further ones are closed at once.',
  }),
  requestTimeout: duration('1ms').prefault('30s').meta({
    description:
      'How long a client may take to send a request that it has begun, or its first one.',
  }),
  replyTimeout: duration('1ms').prefault('5s').meta({
    description: 'How long a client may take to read a reply.',
  }),
  idleTimeout: durationOrOff()
    .prefault('off')
    .meta({
      description:
        'How long a connection may be silent. Postfix ends idle ones itself, and a connection that we end may cost a deferred mail: leave it off, or an hour and more.',
      examples: ['2h'],
    }),
});

/**
 * Every setting there is: how it is written, its default, and the text that the reference makes of it. What is absent
 * takes its default from here and nowhere else.
 */
export const schema = z.strictObject({
  listen,
  http,
  connections: connections.prefault({}).meta({ description: "Postfix's connections." }),
  control: path(MAX_UNIX_PATH_BYTES)
    .exactOptional()
    .meta({
      description:
        'Socket by which commands reach the running daemon; without it, the daemon chooses.',
      examples: ['/run/idpmap/control'],
    }),
  state: pathOrOff()
    .exactOptional()
    .meta({
      description:
        'File that carries over a restart what was held and accepted, and what was learnt of the directories; without it, the daemon chooses. `off`: there is none.',
      examples: ['/var/lib/idpmap/state'],
    }),
  domains,
  directories,
  recipientDelimiter: z
    .string()
    .regex(/^[^\s@"\p{Cc}]*$/u, { error: 'a delimiter is no space, quote or @, write "+" or "+-"' })
    .prefault('+')
    .meta({
      description:
        "Characters of which the first one found begins an address's extension, as Postfix's `recipient_delimiter`; empty: there are no extensions.",
      examples: ['+-'],
    }),
  propagateExtension: flag().prefault(true).meta({
    description: "Hands an extension on to an alias's target: ann+news, not ann.",
  }),
  disabled: z.enum(['reject', 'accept', 'defer']).prefault('reject').meta({
    description: 'What becomes of mail for an account that is disabled.',
  }),
  groupSenders: z.enum(['none', 'members']).prefault('none').meta({
    description: "Who may send as a group's address.",
  }),
  maps,
  deadline: duration('1ms', '90s').prefault('200ms').meta({
    description: 'By when every request is answered; what is not known by then is deferred.',
  }),
  drain: duration('0ms', '1h')
    .prefault('0s')
    .meta({
      description:
        'How long it goes on answering and accepting after SIGTERM, while `/readyz` says 503: for a Postfix that ends at the same time, or a Service that still sends connections.',
      examples: ['20s'],
    }),
  cache,
  log,
});

/** What every setting may hold, as the schema says. */
export const ROOT = readGroup(schema);

/** All of `T` for reading only; secrets and functions are left as they are. */
type DeepReadonly<T> = T extends Secret | ((...all: never[]) => unknown)
  ? T
  : { readonly [K in keyof T]: DeepReadonly<T[K]> };

/**
 * The checked configuration, with its defaults. Durations are milliseconds, sizes bytes, percentages numbers from 0 to
 * 1; addresses and domains are normalised; paths are absolute.
 */
export type Settings = DeepReadonly<z.output<typeof schema>>;

/** The settings of one directory, told apart by `type`. */
export type DirectorySettings = Settings['directories'][string];

/** The settings of one map, told apart by `kind`. */
export type MapSettings = Settings['maps'][string];

/** The settings of one domain. */
export type DomainSettings = Settings['domains'][string];

/** The settings of one endpoint to listen at. */
export type ListenSettings = Settings['listen'][number];
