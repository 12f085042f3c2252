import { parseDomain, spellAddress } from '../../address/address.ts';
import { recordOf } from '../../record.ts';
import type { Problem } from './problems.ts';

/**
 * Finds accounts with the address or the id of an earlier one, and keys of a table that are the same but for case. Takes
 * the file as it was parsed and passes over what has the wrong shape, so that these are told with all other problems.
 * `strauß@` and `strauss@` are two that may stand beside each other; which one is meant is in doubt later.
 */
export function findDuplicates(file: unknown): readonly Problem[] {
  const { accounts, tables } = recordOf(file);
  const rows = (Array.isArray(accounts) ? accounts : []).map((row: unknown) => recordOf(row));
  const addresses = rows.map(({ address }) => spellAddress(asText(address) ?? ''));
  const ids = rows.map(({ id }, i) => asText(id) ?? addresses[i]);
  return [
    ...repeated(addresses).map(([i, first]) => ({
      path: ['accounts', i, 'address'],
      message: `accounts[${first}] has the same address`,
    })),
    ...repeated(ids)
      .filter(([i, first]) => addresses[i] === undefined || addresses[i] !== addresses[first])
      .map(([i, first]) => ({
        path: ['accounts', i, 'id'],
        message: `accounts[${first}] has the same id`,
      })),
    ...Object.entries(recordOf(tables)).flatMap(([name, table]) => repeatedKeys(name, table)),
  ];
}

function repeatedKeys(name: string, table: unknown): readonly Problem[] {
  const keys = Object.keys(recordOf(table));
  return repeated(keys.map(spellKey)).map(([i]) => ({
    path: ['tables', name, keys[i] ?? ''],
    message: 'an earlier key of the table means the same, case aside',
  }));
}

/** A key in one case, its domain in A-labels. */
function spellKey(key: string): string {
  const at = key.lastIndexOf('@') + 1;
  const name = key.slice(at).replace(/^\./, '');
  const domain = at > 0 || name.includes('.') ? parseDomain(name) : undefined;
  const end = key.length - name.length;
  return (
    key.slice(0, end).normalize('NFC').toLowerCase() +
    (domain ?? name.normalize('NFC').toLowerCase())
  );
}

/** The places of values that stood before, each with the first one's place. */
function repeated(values: readonly (string | undefined)[]): readonly (readonly [number, number])[] {
  const first = new Map<string, number>();
  return values.flatMap((value, i) => {
    if (value === undefined) return [];
    const earlier = first.get(value);
    if (earlier !== undefined) return [[i, earlier] as const];
    first.set(value, i);
    return [];
  });
}

const asText = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
