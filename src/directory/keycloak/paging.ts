import { Fault } from '../directory.ts';
import type { Ask, Query } from './api.ts';

/** Keycloak's own default; larger pages cost more for each row. */
export const PAGE = 100;

/** What is read page by page. */
export interface List<T> {
  readonly path: string;
  readonly query: Query;
  readonly read: (content: unknown) => readonly T[];
  /** Called with all rows so far before the next page is read; throws where they are too many. */
  readonly check?: (rows: readonly T[]) => void;
}

/**
 * Reads a whole list. Keycloak counts rows from the front, so one that vanishes meanwhile hides another: each page
 * begins with the last row of the one before, and must show it.
 * @throws {Fault} `entry` where the list changed while it was read
 */
export async function readAll<T extends { readonly id: string }>(
  ask: Ask,
  { path, query, read, check }: List<T>,
  signal: AbortSignal,
): Promise<readonly T[]> {
  const rows: T[] = [];
  for (;;) {
    const last = rows.at(-1);
    const first = Math.max(0, rows.length - 1);
    const page = read(await ask(path, { ...query, first, max: PAGE }, signal));
    if (last !== undefined && page[0]?.id !== last.id) {
      throw new Fault('entry', `the list ${path} changed while it was read, it is read again`);
    }
    rows.push(...(last === undefined ? page : page.slice(1)));
    check?.(rows);
    if (page.length < PAGE) return rows;
  }
}
