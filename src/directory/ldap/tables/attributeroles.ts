import type { LdapEntry } from '../search.ts';
import type { LdapTableSettings } from '../settings.ts';

/** What an attribute is for, in the words of `ldap_table(5)`. */
type Role = 'terminal' | 'leaf' | 'result' | 'special';

/** A table's attributes. */
export interface Roles {
  /** All that are read. */
  readonly attributes: readonly string[];
  /** What one entry contributes, in the order of its attributes. */
  readonly usesOf: (entry: LdapEntry) => readonly Use[];
}

/** One attribute of an entry that counts: its values are answered, or name further entries. */
export interface Use {
  readonly attribute: string;
  readonly kind: 'values' | 'references';
}

/**
 * Says what each attribute of an entry is for: where it has terminal ones, only they count; where it has special ones,
 * leaf ones do not.
 */
export function assignRoles(settings: LdapTableSettings): Roles {
  const lists: readonly (readonly [Role, readonly string[]])[] = [
    ['terminal', settings.terminalResultAttributes],
    ['leaf', settings.leafResultAttributes],
    ['result', settings.resultAttributes],
    ['special', settings.specialResultAttributes],
  ];
  const attributes = [...new Set(lists.flatMap(([, names]) => names))];
  const roles = new Map<string, Role>();
  for (const [role, names] of lists) {
    for (const name of names.map(bareName)) if (!roles.has(name)) roles.set(name, role);
  }
  const special = new Set(settings.specialResultAttributes.map(bareName));

  return {
    attributes,
    usesOf(entry) {
      const present = [...entry.attributes]
        .filter(([, values]) => values.length > 0)
        .map(([name]) => bareName(name));
      const hasTerminal = present.some((name) => roles.get(name) === 'terminal');
      const hasSpecial = present.some((name) => special.has(name));
      return [...new Set(present)].flatMap((attribute): Use[] => {
        const role = roles.get(attribute);
        if (role === undefined || hasTerminal !== (role === 'terminal')) return [];
        if (role === 'leaf' && hasSpecial) return [];
        return [{ attribute, kind: role === 'special' ? 'references' : 'values' }];
      });
    },
  };
}

/** A name as entries come with it: lower case, without options. */
const bareName = (attribute: string): string => attribute.toLowerCase().replace(/;.*$/s, '');
