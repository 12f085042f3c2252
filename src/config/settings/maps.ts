import { z } from 'zod';
import { reasonOf } from '../../reason.ts';
import { likelyMapNames } from '../likely/names.ts';
import { likelyTemplates } from '../likely/words.ts';
import { notations } from '../schema/notation.ts';
import { PERSON_PLACEHOLDERS, splitTemplate } from '../schema/template.ts';
import { oneOrMany } from '../schema/values.ts';
import { directoryReference } from './domains.ts';

/** Which addresses a query is tried as, in the order of their precedence. */
const CANDIDATES = ['exact', 'extension', 'aliasOf', 'roles', 'catchAll'] as const;
type Candidate = (typeof CANDIDATES)[number];

/** Nobody sends as a role or a catch-all: those are targets, not people. */
const SENDER_CANDIDATES = ['exact', 'extension', 'aliasOf'] as const;

const candidates = (allowed: readonly Candidate[], preset: readonly Candidate[]) =>
  oneOrMany(z.enum(allowed))
    .refine((given) => given.length > 0, `names none, write some of ${allowed.join(', ')}`)
    .prefault([...preset])
    .meta({ description: 'What an address is tried as, however written: the order is fixed.' });

/** How keys may be derived (`maps/keys.ts`). */
const KEY_MODES = ['exact', 'address', 'recipient', 'virtual', 'domain', 'host'] as const;

/** A text with placeholders out of `known`; `%%` is a percent sign. */
const template = (known: readonly string[]) =>
  z
    .string()
    .superRefine((text, context) => {
      try {
        splitTemplate(text, known);
      } catch (error) {
        context.addIssue({ code: 'custom', message: reasonOf(error) });
      }
    })
    .register(notations, { type: 'template', likely: likelyTemplates });

const kind = <const T extends string>(name: T, description: string) =>
  z.literal(name).meta({ description, examples: [name] });

const mailboxes = z.strictObject({
  kind: kind('mailboxes', 'Says which addresses are mailboxes.'),
  result: template(PERSON_PLACEHOLDERS)
    .exactOptional()
    .meta({
      description: "What is answered; without it, the account's address.",
      examples: ['%d/%u/'],
    }),
  candidates: candidates(['exact', 'extension'], ['exact', 'extension']),
});
const aliases = z.strictObject({
  kind: kind('aliases', 'Says where the mail of aliases, groups and roles goes.'),
  own: z
    .string()
    .regex(/^\w[\w.-]*$/, 'is no name of a user, write vmail')
    .register(notations, { type: 'user' })
    .exactOptional()
    .meta({
      description:
        "What is answered for an account's own address, for clients that ask one table for people and aliases (OpenSMTPD's `virtual`); without it nothing is, for a map of kind `mailboxes` says it.",
      examples: ['vmail'],
    }),
  candidates: candidates(CANDIDATES, CANDIDATES),
});
const senders = z.strictObject({
  kind: kind('senders', 'Says which logins may send as an address.'),
  candidates: candidates(SENDER_CANDIDATES, SENDER_CANDIDATES),
});
const recipients = z.strictObject({
  kind: kind('recipients', 'Says which addresses a host behind this relay will take.'),
  candidates: candidates(CANDIDATES, ['exact', 'extension']),
});
const domains = z.strictObject({
  kind: kind('domains', 'Says which domains are ours.'),
});
const tableIn = z.strictObject({
  table: z
    .string()
    .min(1)
    .meta({ description: "The table's name in its directory.", examples: ['blocklist'] }),
  directory: directoryReference()
    .exactOptional()
    .meta({
      description: "The directory that has it; without it, the map's.",
      examples: ['people'],
    }),
});

/** A table of the map's own directory may stand alone, as its name. */
const tableOrName = z
  // The table is checked right after, whatever it holds.
  .codec(z.custom<string | z.input<typeof tableIn>>(), tableIn, {
    decode: (value) => (typeof value === 'string' ? { table: value } : value),
    encode: (value) => (value.directory === undefined ? value.table : value),
  })
  .register(notations, { alone: 'table' });

const table = z
  .strictObject({
    kind: kind('table', 'Answers from tables of directories.'),
    directory: directoryReference().meta({
      description: 'The directory that has the tables, but for those that name another.',
      examples: ['people'],
    }),
    table: oneOrMany(tableOrName).meta({
      description:
        'The table that is asked, or several in order, as Postfix asks those of one parameter: all of them for a key before any for the next key. Each is a name, or `{ directory, table }` for one of another directory.',
      examples: ['blocklist'],
    }),
    keys: z.enum(KEY_MODES).prefault('exact').meta({
      description:
        'Which keys are derived from the one asked, as Postfix does for its own tables: those of access(5) and virtual(5) together (`address`), of maps of mailboxes, recipients and senders (`recipient`), of virtual(5) and canonical(5), whose answers get the extension (`virtual`, `propagateExtension`), of transport(5) (`domain`), of access(5) for clients (`host`).',
    }),
    result: template(['%s'])
      .prefault('%s')
      .meta({ description: 'How a value (`%s`) is answered.' }),
    whenUnknown: z.enum(['temp', 'notfound']).prefault('temp').meta({
      description: 'What a fault is answered with. `notfound` is for blocklists only.',
    }),
  })
  .superRefine((settings, context) => {
    if (settings.table.length === 0)
      context.addIssue({
        code: 'custom',
        path: ['table'],
        message: 'names none, write the name of a table',
      });
    const seen = new Set<string>();
    for (const [i, { directory, table: name }] of settings.table.entries()) {
      const whole = JSON.stringify([directory ?? settings.directory, name]);
      if (seen.has(whole))
        context.addIssue({
          code: 'custom',
          path: ['table', i],
          message: `${JSON.stringify(name)} is listed twice, keep one`,
        });
      seen.add(whole);
    }
  });

const map = z.discriminatedUnion('kind', [mailboxes, aliases, senders, recipients, domains, table]);

const mapName = z
  .string()
  .regex(/^[^\s:\p{Cc}]+$/u, {
    error: ({ input }) =>
      `${JSON.stringify(input)} is no name of a map, it holds no space and no colon`,
  })
  .register(notations, { type: 'name', likely: likelyMapNames });

/** What Postfix may ask for, by the name that main.cf gives it. */
export const maps = z
  .record(mapName, map)
  .register(notations, { key: { name: 'MAP', example: 'user-exists' } })
  .prefault({
    'user-exists': { kind: 'mailboxes' },
    'virtual-domains': { kind: 'domains' },
    'virtual-aliases': { kind: 'aliases' },
    'sender-logins': { kind: 'senders' },
    'relay-recipients': { kind: 'recipients' },
  })
  .meta({
    description:
      'What Postfix may ask for: `socketmap:unix:PATH:MAP` in main.cf. Maps of your own take the place of all built-in ones. A client that cannot write a name, as sendmail none with a hyphen, asks with `_` in place of what it cannot write: `user_exists`.',
    examples: [
      '{ user-exists: { kind: mailboxes }, blocklist: { kind: table, directory: people, table: blocklist, whenUnknown: notfound } }',
    ],
  });
