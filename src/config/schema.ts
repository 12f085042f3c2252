import { z } from 'zod';
import { MAX_UNIX_PATH_BYTES } from '../net/endpoint.ts';
import { likelyDelimiters } from './likely/words.ts';
import { notations } from './schema/notation.ts';
import { type Group, readGroup } from './schema/shape.ts';
import { duration, flag, path, pathOrOff } from './schema/values.ts';
import { cache } from './settings/cache.ts';
import { connections } from './settings/connections.ts';
import {
  type DirectorySchema,
  type DirectorySchemas,
  directories,
} from './settings/directories.ts';
import { domains, listedDomains } from './settings/domains.ts';
import { fleet } from './settings/fleet.ts';
import { http } from './settings/http.ts';
import { listen } from './settings/listen.ts';
import { log } from './settings/log.ts';
import { maps } from './settings/maps.ts';
import type { Secret } from './sources/secret.ts';

/** All that can be configured. */
export interface Schema<Settings extends Configured = Configured> {
  readonly schema: z.ZodType<Settings>;
  /** What every setting may hold, as the schema says. */
  readonly root: Group;
  readonly types: DirectorySchemas;
  /** The same with those of the types alone that are named, which takes less to make; absent: it has none of them. */
  only(names: ReadonlySet<string>): Schema<Settings> | undefined;
}

/**
 * Makes the schema of a configuration: every setting there is, how it is written, its default, and the text that the
 * reference makes of it. What is absent takes its default from here and nowhere else. Directories are of one of `types`.
 * It is made when it is first used.
 */
export function createSchema<Type extends DirectorySchema>(
  types: DirectorySchemas<Type>,
): Described<Type> {
  let schema: Described<Type>['schema'] | undefined;
  let root: Group | undefined;
  const describe = () => {
    schema ??= describeSettings(types);
    return schema;
  };
  return {
    get schema() {
      return describe();
    },
    get root() {
      root ??= readGroup(describe());
      return root;
    },
    types,
    only: (names) => {
      const [first, ...others] = types.filter(({ type }) => names.has(type));
      return first && createSchema<Type>([first, ...others]);
    },
  };
}

/** A schema, with the types that TypeScript reads off it. */
export interface Described<Type extends DirectorySchema> {
  readonly schema: ReturnType<typeof describeSettings<Type>>;
  readonly root: Group;
  readonly types: DirectorySchemas<Type>;
  only(names: ReadonlySet<string>): Described<Type> | undefined;
}

const describeSettings = <Type extends DirectorySchema>(types: DirectorySchemas<Type>) =>
  z.strictObject({
    listen,
    http,
    connections,
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
    listedDomains,
    directories: directories(types),
    recipientDelimiter: z
      .string()
      .regex(/^[^\s@"\p{Cc}\p{L}\p{N}]*$/u, {
        error: 'a delimiter is no letter, digit, space, quote or @, write "+" or "+-"',
      })
      .register(notations, { type: 'text', likely: likelyDelimiters })
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
    fleet: fleet.exactOptional().meta({
      description:
        'Daemons that know together, through Valkey or Redis. Absent: this one is alone, and three daemons or fewer need no more.',
    }),
    log,
  });

/** All of `T` for reading only; secrets and functions are left as they are. */
export type DeepReadonly<T> = T extends Secret | ((...all: never[]) => unknown)
  ? T
  : { readonly [K in keyof T]: DeepReadonly<T[K]> };

/**
 * A checked configuration, with its defaults. Durations are milliseconds, sizes bytes, percentages numbers from 0 to 1;
 * addresses and domains are normalised; paths are absolute.
 */
export type Configured<Type extends DirectorySchema = DirectorySchema> = DeepReadonly<
  z.output<ReturnType<typeof describeSettings<Type>>>
>;

/** The settings of one map, told apart by `kind`. */
export type MapSettings = Configured['maps'][string];

/** The settings of one domain. */
export type DomainSettings = Configured['domains'][string];

/** The settings of one endpoint to listen at. */
export type ListenSettings = Configured['listen'][number];
