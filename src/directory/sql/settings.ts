import { z } from 'zod';
import { address, domain } from '../../config/schema/addresses.ts';
import { clientTls } from '../../config/schema/clienttls.ts';
import { notations } from '../../config/schema/notation.ts';
import { count, duration, oneOrMany, secret, written } from '../../config/schema/values.ts';
import type { DeepReadonly } from '../../config/schema.ts';
import { mirror, poll } from '../../config/settings/mirror.ts';
import {
  type ConnectionSettings,
  connections,
  connectTimeout,
  maxAge,
  returnAfter,
} from '../connections/settings.ts';
import { PRESETS_OF, type SqlPresetName } from './presets/presets.ts';
import { formatHost, parseHost } from './settings/host.ts';
import { likelyHosts, likelyStatements } from './settings/likely.ts';
import type { Dialect } from './text/tokens.ts';

const statement = () =>
  z.string().min(1).register(notations, { type: 'SQL', likely: likelyStatements });

const people = z.strictObject({
  account: statement()
    .exactOptional()
    .meta({
      description:
        'Who has the address `%s` (local part `%u`, domain `%d`). Columns by name: `address`, their own one, and where there are such `id`, `alias` (further addresses), `login`, `enabled`; several rows may be of one account.',
      examples: ["SELECT address, login, enabled FROM users WHERE address = '%s'"],
    }),
  aliases: statement()
    .exactOptional()
    .meta({
      description:
        'Where mail for the alias `%s` goes. Columns: `alias`, and `target`, one or several addresses; where there is such `may_send`, whether the account that it leads to may send as the alias.',
      examples: ["SELECT alias, target FROM aliases WHERE alias = '%s'"],
    }),
  groups: statement()
    .exactOptional()
    .meta({
      description:
        'The group with the address `%s` and its members, a row each. Columns: `address`, `member`, and where there are such `id`, `alias`, `enabled`, `login` and `member_enabled` (of the member), `member_group` (the address of a group within).',
      examples: ["SELECT address, member FROM lists WHERE address = '%s'"],
    }),
  logins: statement()
    .exactOptional()
    .meta({
      description: 'Further logins that may send as the account `%s`. Column: `login`.',
      examples: ["SELECT login FROM senders WHERE address = '%s'"],
    }),
  catchAll: statement()
    .exactOptional()
    .meta({
      description:
        'Where mail for addresses at the domain `%d` goes that nobody holds. Columns: `domain`, and `target`, one or several addresses, or `@example.net` for the same person in another domain.',
      examples: ["SELECT domain, target FROM catch_all WHERE domain = '%d'"],
    }),
  listAccounts: statement()
    .exactOptional()
    .meta({
      description:
        'All accounts, for a mirror. Columns as of `account`, and `id`; where there is `changed`, the time of the last change, what changed is asked for by it. It is read in parts, in the order of `id`.',
      examples: ['SELECT id, address, login, enabled, updated_at AS changed FROM users'],
    }),
  listAliases: statement()
    .exactOptional()
    .meta({
      description:
        'All aliases, for a mirror. Columns as of `aliases`, in the order of `alias`, and `changed`.',
      examples: ['SELECT alias, target, updated_at AS changed FROM aliases'],
    }),
  listGroups: statement()
    .exactOptional()
    .meta({
      description:
        'All groups and their members, for a mirror. Columns as of `groups`, and `id` and `changed`.',
      examples: ['SELECT id, address, member, updated_at AS changed FROM lists'],
    }),
});

const table = z.strictObject({
  query: statement().meta({
    description:
      'The statement: the key is `%s`, its local part `%u`, its domain `%d`. All columns of all rows are answered (of SQLite the first one), but for one called `idpmap_key`: rows in which it is not the key do not count.',
    examples: ["SELECT transport FROM transports WHERE domain = '%s'"],
  }),
  resultFormat: z.string().min(1).prefault('%s').meta({
    description: 'How a value (`%s`, `%u`, `%d`; of the key: `%S`, `%U`, `%D`) is answered.',
  }),
  domain: oneOrMany(domain())
    .exactOptional()
    .meta({
      description: 'Only keys at these domains are looked up.',
      examples: ['[example.org, example.net]'],
    }),
  expansionLimit: count(0).prefault(0).meta({
    description: 'Values in one answer; 0: no limit.',
  }),
});

const groups = z.strictObject({
  depth: count(1, 100).prefault(10).meta({ description: 'Groups within groups.' }),
  members: count(1, 1_000_000).prefault(2000).meta({
    description:
      'Members of a group once the groups within it are expanded; a larger one is deferred.',
  }),
});

/** Whose tables they are; what each database may be told. */
export const preset = (dialect: Dialect) =>
  z
    .enum(PRESETS_OF[dialect])
    .exactOptional()
    .meta({
      description: 'Whose tables they are, which decides what is not set under `people`.',
      examples: ['virtual_users'],
    });

/** The settings of what is asked, which all databases have. */
export const questions = {
  people: people.prefault({}).meta({ description: 'The statements that show people.' }),
  listDomains: statement()
    .exactOptional()
    .meta({
      description:
        'The statement that lists the domains of this mail system, beside the configured ones.',
      examples: ['SELECT domain FROM domains'],
    }),
  tables: z
    .record(z.string().min(1), table)
    .register(notations, { key: { name: 'TABLE', example: 'transport' } })
    .prefault({})
    .meta({
      description:
        'Tables for maps of kind `table`, as `pgsql:`, `mysql:` and `sqlite:` of Postfix are.',
    }),
  groups: groups.prefault({}).meta({ description: 'How large groups may be.' }),
  canary: address()
    .exactOptional()
    .meta({
      description:
        'An address that is always there: as long as it is not found, nobody is believed to be absent. Without it, people found before stand in.',
      examples: ['postmaster@example.org'],
    }),
  mirror: mirror({ poll: poll() }),
  statementTimeout: duration('10ms', '60s').prefault('150ms').meta({
    description:
      'How long the database may work at one statement. Below `deadline`, so that whoever waits hears of it.',
  }),
};

/** The settings of servers; `port` and `socket` are what the product has. */
export const servers = ({ port, socket }: { readonly port: number; readonly socket: string }) => ({
  hosts: oneOrMany(
    written(
      { type: 'host', likely: likelyHosts },
      (text) => parseHost(text, port),
      (host) => formatHost(host, port),
    ),
  )
    .refine((hosts) => hosts.length > 0, 'names no server, write db.example.org')
    .meta({
      description: `The servers, asked in this order: the next one where one fails. A name or address, with \`:PORT\` where that is not ${port}, or the path of a socket: \`${socket}\`.`,
      examples: ['[db1.example.org, db2.example.org]'],
    }),
  database: z
    .string()
    .min(1)
    .meta({ description: 'The name of the database.', examples: ['mail'] }),
  user: z
    .string()
    .min(1)
    .meta({
      description: 'As whom idpmap asks. It needs to read what the statements name, no more.',
      examples: ['idpmap'],
    }),
  password: secret()
    .exactOptional()
    .meta({
      description: 'Its password; absent: the server knows us otherwise.',
      examples: ['{ file: /run/secrets/database }'],
    }),
  encrypt: z.enum(['remote', 'always', 'never']).prefault('remote').meta({
    description:
      'Which connections TLS secures: those to other machines, all over TCP, or none. `never` shows addresses to whoever listens.',
  }),
  tls: clientTls({ peer: 'server', use: 'user', serverName: 'db.example.org' })
    .prefault({})
    .meta({ description: 'How the connection is secured.' }),
  replicas: z.enum(['doubt', 'trust']).prefault('doubt').meta({
    description:
      'Whether nobody is there whom a copy does not show, which may be behind. `doubt`: then mail is deferred until the original answers.',
  }),
  connections: connections(3),
  connectTimeout: connectTimeout('connect and log in'),
  maxAge: maxAge(),
  returnAfter: returnAfter(),
});

const allQuestions = z.strictObject(questions);
const allServers = z.strictObject(servers({ port: 0, socket: '' }));

/** What is asked, whatever the database. Durations in milliseconds. */
export type QuestionSettings = DeepReadonly<z.output<typeof allQuestions>>;

/** How servers are reached. Durations in milliseconds. */
export type ServerSettings = DeepReadonly<z.output<typeof allServers>>;

/** One table. */
export type SqlTableSettings = QuestionSettings['tables'][string];

/** What a directory in a database goes by, whatever the database. */
export interface SqlSettings<Host> extends QuestionSettings, ConnectionSettings {
  readonly hosts: readonly Host[];
  readonly preset?: SqlPresetName;
}
