import { z } from 'zod';
import { notations } from '../../../config/schema/notation.ts';
import { count, oneOrMany } from '../../../config/schema/values.ts';
import { likelyConditions, likelyFilters, likelyNames, likelySources } from './likely.ts';

/** A distinguished name; the server judges it. Empty: the root. */
export const dn = () =>
  z
    .string()
    .regex(/^(?:\s*[\w.-]+\s*=|%|$)/, { error: 'is no DN, write one such as dc=example,dc=org' })
    .register(notations, { type: 'DN', likely: likelyNames });

const ATTRIBUTE = /^[a-z\d.;-]+$/i;

/** Whether an attribute may be called so. */
export const isAttribute = (text: string): boolean => ATTRIBUTE.test(text);

/** An attribute's name or OID. */
export const attribute = () =>
  z
    .string()
    .regex(ATTRIBUTE, { error: 'is no attribute, write its name: mail' })
    .register(notations, { type: 'attribute', likely: likelySources });

const attributes = (description: string, example: string) =>
  oneOrMany(attribute())
    .exactOptional()
    .meta({ description, examples: [example] });

const sources = (description: string, example: string) =>
  oneOrMany(
    z
      .string()
      .regex(/^(?:[a-z\d.;-]+|\{[a-z\d.;-]+\}@[^\s@{}]+)$/i, {
        error: 'is neither an attribute (mail) nor a pattern ({uid}@example.org)',
      })
      .register(notations, { type: 'attribute or pattern', likely: likelySources }),
  )
    .exactOptional()
    .meta({ description, examples: [example] });

/** A lockout after wrong passwords is none of these: whoever guesses passwords could bounce somebody's mail. */
const TEMPORARY =
  /^(?:lockouttime|accountunlocktime|passwordretrycount|badpwdcount|pwdfailuretime|pwdaccountlockedtime(?!=000001010000z$))/i;

const conditions = (description: string, example: string) =>
  oneOrMany(
    z
      .string()
      .regex(/^[a-z\d.-]+(?:=.+|&\d{1,19})$/i, {
        error: 'is no condition, write attribute=value or attribute&bits',
      })
      .refine((text) => !TEMPORARY.test(text), {
        error:
          'is a lockout that passes: whoever guesses passwords could bounce the mail of others',
      })
      .register(notations, { type: 'condition', likely: likelyConditions }),
  )
    .exactOptional()
    .meta({ description, examples: [example] });

const place = {
  base: dn()
    .exactOptional()
    .meta({
      description: "Below which entry they lie; without it, the directory's `base`.",
      examples: ['ou=people,dc=example,dc=org'],
    }),
  scope: z
    .enum(['base', 'one', 'sub'])
    .exactOptional()
    .meta({
      description: 'How far below: the entry itself, its children, or all (`sub`, unless set).',
      examples: ['one'],
    }),
  filter: z
    .string()
    .min(1)
    .register(notations, { likely: likelyFilters })
    .exactOptional()
    .meta({
      description:
        'Which entries they are. With `%s`, `%u` or `%d` (address, local part, domain) it is the whole question.',
      examples: ['(&(objectClass=inetOrgPerson)(mailEnabled=TRUE))'],
    }),
  address: sources(
    "Attributes of the own address, or patterns; the first one's first value counts.",
    '[mail]',
  ),
  aliases: sources('Attributes of further addresses.', '[mailAlternateAddress]'),
  aliasPrefix: z
    .string()
    .min(1)
    .exactOptional()
    .meta({
      description: 'Only values that begin so are aliases, without it.',
      examples: ['smtp:'],
    }),
  id: attributes('Attributes of a stable id, the first that is there.', '[entryUUID]'),
};

/** Where accounts lie and how they look; what is absent comes from the preset. */
export const accounts = z.strictObject({
  ...place,
  logins: attributes('Attributes of the logins that may send as the account.', '[uid, mail]'),
  disabled: conditions(
    'What makes an account disabled: a value, or a bit.',
    '[nsAccountLock=true, "userAccountControl&2"]',
  ),
  mailOnly: conditions(
    'What makes it a mailbox without logins that is never disabled: shared ones, rooms, equipment.',
    '[employeeType=shared]',
  ),
});

/** Where groups lie and how they look; what is absent comes from the preset. */
export const groups = z.strictObject({
  ...place,
  memberDns: attributes("Attributes of members' DNs.", '[member, uniqueMember]'),
  memberUids: attributes("Attributes of members' `uid`s.", '[memberUid]'),
  memberAddresses: attributes("Attributes of members' addresses.", '[mgrpRFC822MailMember]'),
  membersBy: z
    .enum(['memberOf', 'entryDN', 'distinguishedName', 'read'])
    .exactOptional()
    .meta({
      description:
        'How members are found: by their `memberOf`, several at a time by the attribute that holds their DN, or one by one.',
      examples: ['memberOf'],
    }),
  unreadableMembers: z
    .enum(['leaveOut', 'deferUnreadable', 'defer'])
    .exactOptional()
    .meta({
      description:
        "What becomes of a group's mail where a member would get none of it: `deferUnreadable`, unless set, defers it for one that is there and can't be read; `defer` also for one that is gone or has no address; `leaveOut` for none. All are told of.",
      examples: ['leaveOut'],
    }),
  depth: count(1, 100).prefault(10).meta({ description: 'Groups within groups.' }),
  members: count(1, 1_000_000).prefault(2000).meta({
    description:
      'Members of a group once the groups within it are expanded; a larger one is deferred.',
  }),
});
