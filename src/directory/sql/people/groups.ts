import { type Address, parseAddress } from '../../../address/address.ts';
import { type Entry, Fault } from '../../directory.ts';
import type { GroupLimits } from '../../people/expand.ts';
import { ownAddress } from '../../people/spelling.ts';
import type { View } from '../connect/ask.ts';
import type { Row } from '../engine.ts';
import type { Part } from '../parts.ts';
import { idOf, need } from './entries.ts';
import { checkShown, rowsFor } from './rows.ts';
import { addressColumn, column, comparable, isEnabled } from './values.ts';

/** A group as rows show it. */
interface Group {
  readonly id: string;
  readonly address: string;
  readonly aliases: readonly string[];
  readonly enabled: boolean;
  readonly rows: readonly Row[];
}

/**
 * Finds the groups that hold an address, with all their members. Columns: `address`, and optionally `id`, `alias`, `enabled`,
 * `member` (an address), `login` (of the member), `member_enabled`, `member_group` (the address of a group within).
 * @throws {Fault} `entry` where there are too many, or groups lie too deep
 */
export async function findGroups(
  part: Part,
  address: Address,
  limits: GroupLimits,
  view: View,
): Promise<readonly Entry[]> {
  const groups = await groupsOf(part, address, view);
  return Promise.all(groups.map((group) => expand(group, part, limits, view)));
}

async function groupsOf(part: Part, address: Address, view: View): Promise<readonly Group[]> {
  const rows = await rowsFor(part, address, view);
  need(rows, part.name, 'address');
  const groups = [...Map.groupBy(rows, idOf)].map(([id, own]): Group => {
    const [text = '', ...others] = column(own, 'address');
    return {
      id,
      address: text.trim(),
      aliases: [...new Set([...others, ...column(own, 'alias')].map(comparable))],
      enabled: own.every((row) => isEnabled(row, 'enabled')),
      rows: own,
    };
  });
  const found = groups.filter(
    (group) => comparable(group.address) === address.text || group.aliases.includes(address.text),
  );
  checkShown(part, rows, found.length);
  return found;
}

async function expand(group: Group, part: Part, limits: GroupLimits, view: View): Promise<Entry> {
  const members = new Set<string>();
  const logins = new Set<string>();
  const seen = new Set([group.id]);
  let level: readonly Group[] = [group];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limits.depth)
      throw new Fault(
        'entry',
        `the group nests groups more than ${limits.depth} deep, the limit groups.depth`,
      );
    const rows = level.flatMap((each) => (each.enabled ? each.rows : []));
    const enabled = rows.filter((row) => isMember(row));
    for (const member of addressColumn(enabled, 'member')) members.add(member);
    for (const login of column(enabled, 'login')) logins.add(login);
    const inner = await findInner(addressColumn(rows, 'member_group'), part, view);
    for (const { address } of inner.gone) members.add(address);
    if (members.size > limits.members)
      throw new Fault(
        'entry',
        `the group has more than ${limits.members} members, the limit groups.members`,
      );
    level = inner.groups.filter(({ id }) => !seen.has(id) && seen.add(id));
  }
  // That nobody is shown may be for want of a right to see them.
  if (members.size === 0) view.missed();
  return {
    id: group.id,
    kind: 'group',
    ...ownAddress(group.address),
    aliases: group.aliases,
    logins: [...logins],
    members: [...members],
    enabled: group.enabled,
  };
}

/** A group as its rows show it, without those in groups within it. */
export interface ShownGroup
  extends Pick<Entry, 'address' | 'aliases' | 'enabled' | 'members' | 'logins'> {
  /** The addresses of groups within it. */
  readonly inner: readonly string[];
}

/** Reads a group of its rows. */
export function groupIn(rows: readonly Row[]): ShownGroup {
  const [address = '', ...others] = column(rows, 'address');
  const enabled = rows.every((row) => isEnabled(row, 'enabled'));
  const counted = enabled ? rows.filter(isMember) : [];
  return {
    address: address.trim(),
    aliases: [...new Set([...others, ...column(rows, 'alias')].map(comparable))],
    enabled,
    members: addressColumn(counted, 'member'),
    logins: column(counted, 'login'),
    inner: enabled ? addressColumn(rows, 'member_group') : [],
  };
}

/** Whether a row's member gets mail: whoever is no account here is not disabled. */
const isMember = (row: Row): boolean =>
  column([row], 'member_enabled').length === 0 || isEnabled(row, 'member_enabled');

/** The groups of these addresses; those that are no groups here are members. */
async function findInner(
  addresses: readonly string[],
  part: Part,
  view: View,
): Promise<{ groups: readonly Group[]; gone: readonly { address: string }[] }> {
  const found = await Promise.all(
    addresses.map(async (address) => {
      const parsed = parseAddress(address);
      return { address, groups: parsed === undefined ? [] : await groupsOf(part, parsed, view) };
    }),
  );
  return {
    groups: found.flatMap(({ groups }) => groups),
    gone: found.filter(({ groups }) => groups.length === 0),
  };
}
