import type { Row } from '../engine.ts';

/** Makes rows of columns in their order: names in lower case, and several columns of one name apart. */
export function rowsOf(
  names: readonly string[],
  rows: readonly (readonly unknown[])[],
): readonly Row[] {
  const own = ownNames(names);
  return rows.map((values) => {
    const row: Record<string, unknown> = {};
    for (const [i, name] of own.entries()) row[name] = values[i];
    return row;
  });
}

/** What columns are called in a row: looked at once, for a listing has many rows. */
function ownNames(names: readonly string[]): readonly string[] {
  const taken: Record<string, true> = {};
  return names.map((each, i) => {
    const name = each.toLowerCase();
    // An object lists numbers first.
    const own = /^\d+$/.test(name) || name in taken ? `#${i} ${name}` : name;
    taken[own] = true;
    return own;
  });
}
