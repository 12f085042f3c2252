import { type Entry, Fault } from '../../directory.ts';
import { ownAddress } from '../../people/spelling.ts';
import type { Row } from '../engine.ts';
import { addressColumn, column, comparable, isEnabled, textsIn } from './values.ts';

/** An alias, and where its mail goes. */
export interface Alias {
  readonly alias: string;
  readonly targets: readonly string[];
  /** Whether the accounts that it leads to may send as it. */
  readonly maySend: boolean;
}

/**
 * The accounts in rows, several of which may be of one: `id`, or else `address`, tells them apart. Columns: `address`, and
 * optionally `id`, `alias`, `login`, `enabled`.
 */
export function accountsOf(rows: readonly Row[], part: string): readonly Entry[] {
  need(rows, part, 'address');
  const byId = Map.groupBy(rows, idOf);
  return [...byId].map(([id, own]) => {
    const [address = '', ...others] = column(own, 'address');
    const enabled = own.map((row) => isEnabled(row, 'enabled'));
    if (new Set(enabled).size > 1)
      throw new Fault('entry', `${part} shows the account ${id} as enabled and as disabled`);
    return {
      id,
      kind: 'account',
      ...ownAddress(address.trim()),
      aliases: [...new Set([...others, ...column(own, 'alias')].map(comparable))],
      logins: column(own, 'login'),
      members: [],
      enabled: enabled[0] ?? true,
    };
  });
}

/** The aliases in rows, several of which may be of one. Columns: `alias`, `target`, and optionally `may_send`. */
export function aliasesOf(rows: readonly Row[], part: string): readonly Alias[] {
  need(rows, part, 'alias');
  need(rows, part, 'target');
  const byAlias = Map.groupBy(rows, ({ alias }) => comparable(textsIn(alias)[0] ?? ''));
  return [...byAlias].map(([alias, own]) => ({
    alias,
    targets: addressColumn(own, 'target'),
    maySend: own.every((row) => isEnabled(row, 'may_send')),
  }));
}

/** What tells one from the other: `id`, or else `address`. */
export const idOf = ({ id, address }: Row): string =>
  textsIn(id)[0] ?? comparable(textsIn(address)[0] ?? '');

/**
 * Sees to it that rows have a column.
 * @throws {Fault} `doubt` where they have not: whoever wrote the statement has to hear of it
 */
export function need(rows: readonly Row[], part: string, name: string): void {
  const [row] = rows;
  if (row === undefined || name in row) return;
  throw new Fault('doubt', `${part} gives no column ${name}, write: SELECT … AS ${name}`);
}
