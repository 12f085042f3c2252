import { isMailbox, parseAddress } from '../address/address.ts';
import type { Entry } from '../directory/directory.ts';
import { mailAddress } from '../directory/people/spelling.ts';
import type { Candidate } from './candidates.ts';
import { entryDeliverable, isDeliverable } from './deliverable.ts';
import type { Asked, Kind, MapWorld, Meaning } from './kind.ts';

/**
 * Where does mail for an address go? An account's own address is `elsewhere`: the mailboxes map speaks for it, unless
 * there is `own`, what is answered for it here, for clients that ask one table for people and aliases. Targets that take
 * no mail are left out.
 */
export const aliases = (own?: string): Kind => ({
  name: 'aliases',
  ofEntries: (entries, candidate, asked, world) => {
    if (isOwnAddress(entries, candidate)) {
      const [stored = ''] = entries.map(mailAddress);
      const data = append(stored, candidate.extension);
      const isRewritten = !isAsStored(asked, stored) && isMailbox(data);
      if (isRewritten && isDeliverable(entries, world.rules) === 'yes')
        return { data: quoteMark(data) };
      return own === undefined ? 'elsewhere' : answerOwn(entries, own, world);
    }
    const targets = entries.flatMap((entry) =>
      own !== undefined && holds(entry, candidate)
        ? ownOf(entry, own, world)
        : targetsOf(entry, candidate.extension, world),
    );
    if (targets.length > 0) return { data: [...new Set(targets.map(quoteMark))].join(',') };
    return isDeliverable(entries, world.rules) === 'later' ? 'later' : 'nothing';
  },
  ofTarget: (target) => ({ data: quoteMark(target) }),
});

/**
 * Writes a target so that nobody takes it for anything but an address: to OpenSMTPD `|rm@example.org` is a command, and
 * `/tmp/x@example.org` a file. To others the quoted form is the same address.
 */
function quoteMark(target: string): string {
  if (!/^[|/]/.test(target)) return target;
  const at = target.lastIndexOf('@');
  return `"${target.slice(0, at)}"${target.slice(at)}`;
}

/** Whether an entry is the account whose own address was asked for, a group of the same address beside it. */
const holds = ({ kind, address }: Entry, candidate: Candidate): boolean =>
  candidate.kind !== 'aliasOf' && kind === 'account' && address === candidate.address;

const ownOf = (entry: Entry, own: string, { rules }: MapWorld): readonly string[] =>
  entryDeliverable(entry, rules) === 'yes' ? [own] : [];

/** The data for an account's own address, by the law of the mailboxes map: nobody else speaks for it. */
function answerOwn(entries: readonly Entry[], own: string, world: MapWorld): Meaning {
  const [data] = entries.flatMap((entry) => ownOf(entry, own, world));
  if (data !== undefined) return { data };
  return isDeliverable(entries, world.rules) === 'later' ? 'later' : 'nothing';
}

/** Whether the key itself, its extension aside, is an account's address that no group shares. */
const isOwnAddress = (entries: readonly Entry[], candidate: Candidate): boolean =>
  entries.every((entry) => holds(entry, candidate));

/**
 * Whether a key is written as whoever delivers the mail knows it, who leaves the case of ASCII aside and no more. LMTP
 * servers know domains by their A-labels, and `strauss@` is not their `strauß@`: such a key is rewritten once.
 */
const isAsStored = ({ key }: Asked, stored: string): boolean =>
  !/[\u0080-\u{10ffff}]/u.test(key.slice(key.lastIndexOf('@'))) &&
  key
    .replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
    .startsWith(stored.slice(0, stored.lastIndexOf('@')));

function append(address: string, extension: string): string {
  const at = address.lastIndexOf('@');
  return address.slice(0, at) + extension + address.slice(at);
}

function targetsOf(entry: Entry, extension: string, world: MapWorld): readonly string[] {
  if (entry.isForwarded === true || entryDeliverable(entry, world.rules) !== 'yes') return [];
  const targets = entry.kind === 'group' ? entry.members : [mailAddress(entry)];
  if (extension === '' || world.rules.propagateExtension === 'no') return targets;
  return targets.map((target) => extend(target, extension, world));
}

/**
 * Puts the extension on a target that is ours: strangers' servers may not know extensions. Not one that would make more
 * than an address of it: Postfix also asks for the unquoted form of `"ann+x,root"@…`, and reads a list.
 */
function extend(target: string, extension: string, { domains }: MapWorld): string {
  const address = parseAddress(target);
  if (address === undefined || domains.get(address.domain) === undefined) return target;
  const extended = append(target, extension);
  return isMailbox(extended) ? extended : target;
}
