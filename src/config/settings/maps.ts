import { z } from 'zod';
import { reasonOf } from '../../reason.ts';
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
    .register(notations, { type: 'template' });

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
const table = z.strictObject({
  kind: kind('table', "Answers from one of a directory's tables."),
  directory: directoryReference().meta({
    description: 'The directory that has the table.',
    examples: ['people'],
  }),
  table: z
    .string()
    .min(1)
    .meta({
      description: "The table's name in that directory.",
      examples: ['blocklist'],
    }),
  keys: z.enum(['exact', 'address', 'domain', 'host']).prefault('exact').meta({
    description: 'Which keys are derived from the one asked, as Postfix does for its own tables.',
  }),
  result: template(['%s']).prefault('%s').meta({ description: 'How a value (`%s`) is answered.' }),
  whenUnknown: z.enum(['temp', 'notfound']).prefault('temp').meta({
    description: 'What a fault is answered with. `notfound` is for blocklists only.',
  }),
});

const map = z.discriminatedUnion('kind', [mailboxes, aliases, senders, recipients, domains, table]);

const mapName = z
  .string()
  .regex(/^[^\s:\p{Cc}]+$/u, {
    error: ({ input }) =>
      `${JSON.stringify(input)} is no name of a map, it holds no space and no colon`,
  })
  .register(notations, { type: 'name' });

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
      'What Postfix may ask for: `socketmap:unix:PATH:MAP` in main.cf. Maps of your own take the place of all built-in ones.',
    examples: [
      '{ user-exists: { kind: mailboxes }, blocklist: { kind: table, directory: people, table: blocklist, whenUnknown: notfound } }',
    ],
  });
