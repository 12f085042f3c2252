import type { Row } from '../engine.ts';

/** Makes a row of columns in their order: names in lower case, and several columns of one name apart. */
export function rowOf(names: readonly string[], values: readonly unknown[]): Row {
  const row: Record<string, unknown> = {};
  for (const [i, value] of values.entries()) {
    const name = (names[i] ?? '').toLowerCase();
    // An object lists numbers first.
    const own = /^\d+$/.test(name) || name in row ? `#${i} ${name}` : name;
    row[own] = value;
  }
  return row;
}
