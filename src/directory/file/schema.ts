import { z } from 'zod';
import { isMailbox, normaliseMailbox, parseDomain, spellAddress } from '../../address/address.ts';

/** What an end mark may count. `rows` are those of all tables. */
export const COUNTED = ['accounts', 'groups', 'open', 'domains', 'rows'] as const;

/** The keys that a people file, an account and a group know, for the suggestion after a wrong one. */
export function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  if (path[0] === 'end') return COUNTED;
  const row = path.length < 2 ? undefined : ROWS[String(path[0])];
  return Object.keys(row?.shape ?? peopleSchema.shape);
}

/** A scalar's text. YAML is read with all scalars as text, so that `id: 007` keeps its zeros; JSON has numbers. */
const text = z.preprocess(
  (value) => (typeof value === 'number' ? String(value) : value),
  z.string({ error: wants('text') }),
);
const address = readAs(normaliseMailbox, 'is not exactly one address with a domain');
/** One that is answered: it keeps its letters. */
const spelled = readAs(readSpelled, 'is not exactly one address with a domain');
const domain = readAs(parseDomain, 'is not a domain');
const login = readAs(
  readLogin,
  'is not a login: it is empty or has a comma, space or control code',
);
const id = readAs(printable, 'is not an id: it is empty or has control codes');
const result = readAs(printable, 'is not a table value: it is empty or has control codes');
const enabled = z.preprocess(
  (value) => (value === 'true' || value === 'false' ? value === 'true' : value),
  z.boolean({ error: 'is neither true nor false' }),
);

const sealed = z.preprocess(
  (value) => (value === 'true' ? true : value),
  z.literal(true, { error: () => 'can only be true' }),
);
const count = readAs(
  (value) => (/^\d{1,9}$/.test(value) ? Number(value) : undefined),
  'is not a number of things',
);

const accountSchema = z.strictObject(
  {
    address: spelled,
    aliases: listOf(address).optional(),
    logins: listOf(login).optional(),
    enabled: enabled.optional(),
    id: id.optional(),
  },
  { error: wants('a map') },
);

const groupSchema = z.strictObject(
  {
    address,
    aliases: listOf(address).optional(),
    members: listOf(spelled),
    id: id.optional(),
  },
  { error: wants('a map') },
);

const tableSchema = z.record(
  z.string(),
  z.preprocess(
    (value) => (Array.isArray(value) ? value : [value]),
    z.array(result).min(1, { error: 'has no value' }),
  ),
  { error: wants('a map of keys and values') },
);

/** The mark by which a file shows that it is whole: what it counts stands before it. */
const endSchema = z.strictObject(
  Object.fromEntries(COUNTED.map((kind) => [kind, count.optional()])),
  { error: wants('a map of counts') },
);

/** What a people file may hold. Values come out normalised; what is absent stays absent. */
export const peopleSchema = z.strictObject(
  {
    sealed: sealed.optional(),
    accounts: listOf(accountSchema).optional(),
    groups: listOf(groupSchema).optional(),
    open: listOf(domain).optional(),
    domains: listOf(domain).optional(),
    tables: z.record(z.string(), tableSchema, { error: wants('a map of tables') }).optional(),
    end: endSchema.optional(),
  },
  { error: wants('a map with accounts, groups, open, domains or tables') },
);

export type PeopleFile = z.output<typeof peopleSchema>;

const ROWS: Readonly<Record<string, typeof accountSchema | typeof groupSchema>> = {
  accounts: accountSchema,
  groups: groupSchema,
};

/** Reads text with one of the readers of values; what they refuse is a problem, which never shows the value. */
function readAs<T>(read: (value: string) => T | undefined, complaint: string) {
  return text.transform((value, context) => {
    const wanted = read(value);
    if (wanted !== undefined) return wanted;
    context.addIssue({ code: 'custom', message: complaint });
    return z.NEVER;
  });
}

function listOf<T extends z.ZodType>(item: T) {
  return z.array(item, { error: wants('a list') });
}

function readSpelled(value: string): string | undefined {
  return isMailbox(value) ? spellAddress(value) : undefined;
}

function readLogin(value: string): string | undefined {
  return /^[^\s,\p{Cc}\ufffd]+$/u.test(value) ? value : undefined;
}

function printable(value: string): string | undefined {
  return /^\P{Cc}+$/u.test(value) ? value : undefined;
}

/** Words a wrong type; other issues of the same schema keep their own words. */
function wants(wanted: string) {
  return ({ code, input }: { readonly code: string; readonly input?: unknown }) => {
    if (code !== 'invalid_type') return undefined;
    return input === undefined ? 'is missing' : `is not ${wanted} but ${kindOf(input)}`;
  };
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === '' || value === null) return 'nothing';
  return typeof value === 'object' ? 'a map' : 'a single value';
}
