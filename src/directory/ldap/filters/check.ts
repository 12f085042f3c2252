import type { Misfit } from '../../../config/settings/directories.ts';
import { checkForeign, tryRead } from '../../readable.ts';
import { parseResultFormat } from '../../templates/resultformat.ts';
import { checkMirror } from '../follow/check.ts';
import { parseSource } from '../people/sources.ts';
import type { AccountSettings, GroupSettings, LdapSettings } from '../settings.ts';
import { parseTemplate } from './base.ts';
import { parseFilter } from './filter.ts';

/**
 * Finds the filters, bases, formats and patterns that can't be read, all of them, without a server. Paths begin in the
 * directory's settings.
 */
export function checkTexts(settings: LdapSettings): readonly Misfit[] {
  const unreadable = checkReadable(settings);
  return unreadable.length > 0 ? unreadable : checkMirror(settings);
}

function checkReadable({
  base,
  accounts,
  groups,
  listDomains,
  tables,
}: LdapSettings): readonly Misfit[] {
  return [
    ...tryRead(['base'], base, parseTemplate),
    ...checkForeign(['base'], base),
    ...checkBranch('accounts', accounts),
    ...checkBranch('groups', groups),
    ...tryRead(['listDomains', 'filter'], listDomains?.filter, parseFilter),
    ...checkDomainTables(tables),
    ...Object.entries(tables).flatMap(([name, { searchBase, queryFilter, resultFormat }]) => [
      ...tryRead(['tables', name, 'searchBase'], searchBase, parseTemplate),
      ...checkFilter(['tables', name, 'queryFilter'], queryFilter),
      ...tryRead(['tables', name, 'resultFormat'], resultFormat, parseResultFormat),
    ]),
  ];
}

/** Finds tables whose domains are to be in a table that is not there, or in the end in themselves. */
function checkDomainTables(tables: LdapSettings['tables']): readonly Misfit[] {
  return Object.keys(tables).flatMap((name): readonly Misfit[] => {
    const met = new Set<string>();
    let at = name;
    for (let next = tables[at]?.domainTable; next !== undefined; next = tables[at]?.domainTable) {
      const path = ['tables', name, 'domainTable'];
      if (tables[next] === undefined)
        return at === name ? [{ path, message: `"${next}" is none of the tables, name one` }] : [];
      if (next === name) return [{ path, message: `"${name}" would have to find its own domains` }];
      if (met.has(next)) return [];
      met.add(next);
      at = next;
    }
    return [];
  });
}

function checkFilter(path: Misfit['path'], filter: string | undefined): readonly Misfit[] {
  const unreadable = tryRead(path, filter, parseFilter);
  return unreadable.length > 0 ? unreadable : checkForeign(path, filter);
}

function checkBranch(
  branch: 'accounts' | 'groups',
  { base, filter, address = [], aliases = [] }: AccountSettings | GroupSettings,
): readonly Misfit[] {
  return [
    ...tryRead([branch, 'base'], base, parseTemplate),
    ...checkFilter([branch, 'filter'], filter),
    ...address.flatMap((text, i) => tryRead([branch, 'address', i], text, parseSource)),
    ...aliases.flatMap((text, i) => tryRead([branch, 'aliases', i], text, parseSource)),
  ];
}
