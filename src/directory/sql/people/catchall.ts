import {
  type Address,
  parseAddress,
  parseDomain,
  splitExtension,
} from '../../../address/address.ts';
import type { Entry } from '../../directory.ts';
import type { View } from '../connect/ask.ts';
import type { Part } from '../parts.ts';
import type { AccountParts } from './accounts.ts';
import { type ResolveOptions, resolveAlias } from './aliases.ts';
import { need } from './entries.ts';
import { rowsFor } from './rows.ts';
import { addressColumn, textsIn } from './values.ts';

export interface CatchAllOptions extends ResolveOptions {
  readonly parts: AccountParts & { readonly catchAll?: Part };
  readonly delimiters: string;
}

/**
 * Finds who takes the mail for an address that is nobody's. Columns: `domain`, `target`. Nobody may send as it for that. An
 * address with an extension is somebody's where that without it `isHeld`.
 */
export async function findCatchAll(
  options: CatchAllOptions,
  address: Address,
  view: View,
  isHeld: (base: Address) => Promise<boolean>,
): Promise<readonly Entry[]> {
  const { parts, delimiters } = options;
  if (parts.catchAll === undefined) return [];
  const rows = await rowsFor(parts.catchAll, address, view);
  need(rows, parts.catchAll.name, 'domain');
  need(rows, parts.catchAll.name, 'target');
  const own = rows.filter(({ domain }) =>
    textsIn(domain).map(parseDomain).includes(address.domain),
  );
  // As virtual(5) has it, the same person in another domain.
  const targets = addressColumn(own, 'target').map((target) =>
    target.startsWith('@') ? address.local + target : target,
  );
  if (targets.length === 0) return [];
  const [base] = splitExtension(address.local, delimiters) ?? [];
  const shorter = base === undefined ? undefined : parseAddress(`${base}@${address.domain}`);
  if (shorter !== undefined && (await isHeld(shorter))) return [];
  return resolveAlias({ alias: address.text, targets, maySend: false }, options, view);
}
