import { isUtf8 } from 'node:buffer';
import { Fault } from '../../directory.ts';
import { isLdapUrl } from '../filters/ldapurl.ts';
import { readRest } from '../people/valueranges.ts';
import type { LdapEntry, Search } from '../search.ts';
import type { LdapTableSettings } from '../settings.ts';
import { assignRoles } from './attributeroles.ts';
import { type Common, requestFor } from './references.ts';

/** Searches under way at once for one key: a server cuts a connection that asks too much. */
const CONCURRENCY = 16;

/** Makes values out of entries. */
export interface Expansion {
  /** What the first search reads, too. */
  readonly common: Common;
  /**
   * The entries' values as `format` gives them, where it gives any, and those of the entries that they name, in the
   * place of the name. A name is followed once: circles end, and whom two groups hold comes once.
   * @param missed is called where a name leads nowhere
   * @throws {Fault} `entry` beyond the table's limits, and where a value is no text
   */
  readonly expand: (
    entries: readonly LdapEntry[],
    format: Format,
    search: Search,
    missed: () => void,
  ) => Promise<readonly string[]>;
}

/** Shapes a value; absent: it is left out. */
type Format = (value: string) => string | undefined;

/** What stands in the answer in the place of a name. */
interface Reference {
  readonly name: string;
  readonly parts: (string | Reference)[];
}

/** Entries, and where in the answer they belong. */
interface Found {
  readonly entries: readonly LdapEntry[];
  readonly parts: Reference['parts'];
}

/** Reads from a table's settings how its entries become values. */
export function createExpansion(settings: LdapTableSettings): Expansion {
  const { sizeLimit, dereference, recursionLimit, expansionLimit } = settings;
  const roles = assignRoles(settings);
  const common = { attributes: roles.attributes, sizeLimit, dereference };

  return {
    common,
    async expand(entries, format, search, missed) {
      const answer: Reference['parts'] = [];
      const seen = new Set(entries.map(({ dn }) => identityOf(dn)));
      let level: readonly Found[] = [{ entries, parts: answer }];
      let count = 0;
      for (let depth = 1; level.length > 0; depth++) {
        const added = await addAll(level, format, search);
        count += added.values;
        if (expansionLimit > 0 && count > expansionLimit) {
          throw tooLarge(`it has more than ${expansionLimit} values, the table's expansionLimit`);
        }
        const fresh = added.references.filter(({ name }) => isFirst(identityOf(name), seen));
        if (fresh.length > 0 && depth === recursionLimit) {
          throw tooLarge(`it names entries ${depth} deep and deeper, the table's recursionLimit`);
        }
        level = await follow(fresh, search, missed);
      }
      return flatten(answer);
    },
  };

  /** Adds what one level's entries hold. */
  async function addAll(level: readonly Found[], format: Format, search: Search) {
    const references: Reference[] = [];
    let values = 0;
    for (const { entry, parts } of level.flatMap(each)) {
      for (const { attribute, kind } of roles.usesOf(entry)) {
        for (const value of await readValues(entry, attribute, search)) {
          const part = kind === 'values' ? format(value) : { name: value, parts: [] };
          if (part === undefined) continue;
          parts.push(part);
          if (typeof part === 'string') values++;
          else references.push(part);
        }
      }
    }
    return { references, values };
  }

  /** Searches for what the names mean, a few at a time. */
  async function follow(references: readonly Reference[], search: Search, missed: () => void) {
    const found: Found[] = [];
    for (let i = 0; i < references.length; i += CONCURRENCY) {
      const asked = references.slice(i, i + CONCURRENCY).map(async ({ name, parts }) => {
        const request = requestFor(name, common);
        const entries = request === undefined ? [] : await search(request);
        if (request !== undefined && entries.length === 0) missed();
        return { entries, parts };
      });
      found.push(...(await Promise.all(asked)));
    }
    return found;
  }
}

const each = ({ entries, parts }: Found) => entries.map((entry) => ({ entry, parts }));

/** DNs are compared without case; what a URL means depends on it. */
const identityOf = (name: string): string => (isLdapUrl(name) ? name : name.toLowerCase());

const isFirst = (name: string, seen: Set<string>): boolean =>
  !seen.has(name) && seen.add(name).has(name);

const tooLarge = (why: string): Fault =>
  new Fault('entry', `the answer is too large, ${why}: raise it, or let the query find less`);

/** An attribute's values, AD's ranges put together. */
async function readValues(entry: LdapEntry, attribute: string, search: Search) {
  const keys = [...entry.attributes.keys()].filter(
    (key) => key === attribute || key.startsWith(`${attribute};range=`),
  );
  const values = keys.flatMap((key) => entry.attributes.get(key) ?? []);
  if (values.some((value) => !isUtf8(value) || value.includes(0))) {
    throw new Fault(
      'entry',
      `a value of ${attribute} in ${entry.dn} is no text: leave the attribute out of the table, or mend the value`,
    );
  }
  return keys.length === 1 && keys[0] === attribute
    ? values.map((value) => value.toString('utf8'))
    : readRest(entry, attribute, Number.POSITIVE_INFINITY, search);
}

/** Puts what the names led to in their places. */
function flatten(answer: Reference['parts']): readonly string[] {
  const values: string[] = [];
  const waiting = answer.toReversed();
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    if (typeof part === 'string') values.push(part);
    else for (const inner of part.parts.toReversed()) waiting.push(inner);
  }
  return values;
}
