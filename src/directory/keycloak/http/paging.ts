import { propertyOf } from '../../../record.ts';
import { Fault } from '../../directory.ts';
import type { Ask, Query } from './api.ts';
import { TooLong } from './faults.ts';

/** Keycloak's own default; larger pages are hardly quicker, and cost more for each row on a busy server. */
export const PAGE = 100;
/** So many are read at a time after the first, to which nearly all lists are short enough. */
const AT_A_TIME = 4;

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
  const readPage = async (number: number): Promise<readonly T[]> =>
    read(await ask(path, { ...query, first: number * (PAGE - 1), max: PAGE }, signal));
  let number = 0;
  for (let count = 1; ; count = AT_A_TIME) {
    const from = number;
    const pages = await Promise.all(Array.from({ length: count }, (_, i) => readPage(from + i)));
    number += count;
    for (const page of pages) {
      append(rows, page, path);
      check?.(rows);
      if (page.length < PAGE) return rows;
    }
  }
}

/**
 * Creates what asks in smaller parts for a list that is longer than is read at a time, down to one row: what hangs on it
 * must not fail for good because some users have photographs. Each list that says how many rows it wants is read so.
 */
export function inParts(ask: Ask): Ask {
  const read: Ask = async (path, query, signal) => {
    try {
      return await ask(path, query, signal);
    } catch (error) {
      const { max } = query;
      if (!(error instanceof TooLong) || typeof max !== 'number' || max < 2) throw error;
      return readHalves(path, query, max, signal);
    }
  };

  async function readHalves(path: string, query: Query, max: number, signal: AbortSignal) {
    const first = Number(query['first'] ?? 0);
    const half = Math.ceil(max / 2);
    const head = await read(path, { ...query, first, max: half }, signal);
    if (!Array.isArray(head) || head.length < half) return head;
    const tail = await read(path, { ...query, first: first + half, max: max - half }, signal);
    // A row that vanished between the two hides another.
    const seam = await ask(path, { ...query, first: first + half - 1, max: 1 }, signal);
    if (idOf(head.at(-1)) !== idOf(Array.isArray(seam) ? seam[0] : undefined)) throw changed(path);
    return Array.isArray(tail) ? [...head, ...tail] : tail;
  }

  return read;
}

const idOf = (row: unknown): unknown => propertyOf(row, 'id');

function append<T extends { readonly id: string }>(
  rows: T[],
  page: readonly T[],
  path: string,
): void {
  const last = rows.at(-1);
  if (last === undefined) rows.push(...page);
  else if (page[0]?.id === last.id) rows.push(...page.slice(1));
  else throw changed(path);
}

const changed = (path: string): Fault =>
  new Fault('entry', `the list ${path} changed while it was read, it is read again`);
