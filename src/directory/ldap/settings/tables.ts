import { z } from 'zod';
import { domain } from '../../../config/schema/addresses.ts';
import { notations } from '../../../config/schema/notation.ts';
import { count, oneOrMany } from '../../../config/schema/values.ts';
import { attribute, dn } from './branches.ts';
import { likelyFilters } from './likely.ts';

const attributes = (description: string, example: string) =>
  oneOrMany(attribute())
    .prefault([])
    .meta({ description, examples: [example] });

const limit = (preset: number, description: string) =>
  count(0)
    .prefault(preset)
    .meta({ description: `${description}; 0: no limit.` });

/** One table, in the words of `ldap_table(5)`. */
export const tables = z.strictObject({
  searchBase: dn()
    .exactOptional()
    .meta({
      description:
        "Where it looks, with `%s`, `%u`, `%d`, `%1` …; without it, the directory's `base`.",
      examples: ['ou=%d,ou=domains,dc=example,dc=org'],
    }),
  scope: z.enum(['base', 'one', 'sub']).prefault('sub').meta({ description: 'How far below.' }),
  queryFilter: z
    .string()
    .min(1)
    .register(notations, { likely: likelyFilters })
    .prefault('(mailacceptinggeneralid=%s)')
    .meta({
      description: 'What it looks for: the key is `%s`, its local part `%u`, its domain `%d`.',
      examples: ['(&(objectClass=mailRelay)(cn=%s))'],
    }),
  resultAttributes: oneOrMany(attribute())
    .prefault(['maildrop'])
    .meta({ description: 'Attributes that are answered.', examples: ['[mail]'] }),
  resultFormat: z.string().min(1).prefault('%s').meta({
    description: 'How a value (`%s`, `%u`, `%d`; of the key: `%S`, `%U`, `%D`) is answered.',
  }),
  specialResultAttributes: attributes(
    'Attributes of DNs or LDAP URLs, whose entries are answered in turn.',
    '[member]',
  ),
  leafResultAttributes: attributes(
    'Attributes that are answered of entries without special ones only.',
    '[mail]',
  ),
  terminalResultAttributes: attributes(
    'Attributes that, where an entry has them, are all that is answered of it.',
    '[maildrop]',
  ),
  dereference: z.enum(['never', 'search', 'find', 'always']).prefault('never').meta({
    description: 'When aliases of the directory are followed.',
  }),
  domain: oneOrMany(domain())
    .exactOptional()
    .meta({
      description: 'Only keys at these domains are looked up.',
      examples: ['[example.org, example.net]'],
    }),
  domainTable: z
    .string()
    .min(1)
    .exactOptional()
    .meta({
      description:
        'Only keys whose domain this table of the same directory has are looked up; beside `domain`, those at either.',
      examples: ['mydestination'],
    }),
  expansionLimit: limit(0, 'Values in one answer'),
  recursionLimit: limit(1000, 'Levels of special attributes'),
  sizeLimit: limit(0, 'Entries that one search may find'),
});
