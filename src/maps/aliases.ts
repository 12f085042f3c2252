import { isMailbox, parseAddress } from '../address/address.ts';
import type { Entry } from '../directory/directory.ts';
import type { Candidate } from './candidates.ts';
import { entryDeliverable, isDeliverable } from './deliverable.ts';
import type { Asked, Kind, MapWorld } from './kind.ts';

/**
 * Where does mail for an address go? An account's own address is `elsewhere`: the mailboxes map speaks for it. Targets
 * that take no mail are left out.
 */
export const aliases: Kind = {
  ofEntries: (entries, candidate, asked, world) => {
    if (isOwnAddress(entries, candidate)) {
      // LMTP servers know domains by their A-labels: a key in U-labels is rewritten once.
      if (!hasULabels(asked.key) || !isMailbox(asked.text)) return 'elsewhere';
      return isDeliverable(entries, world.rules) === 'yes' ? { data: asked.text } : 'elsewhere';
    }
    const targets = entries.flatMap((entry) => targetsOf(entry, candidate.extension, world));
    if (targets.length > 0) return { data: [...new Set(targets)].join(',') };
    return isDeliverable(entries, world.rules) === 'later' ? 'later' : 'nothing';
  },
  ofTarget: (target) => ({ data: target }),
};

/** Whether the key itself, its extension aside, is an account's address that no group shares. */
const isOwnAddress = (entries: readonly Entry[], candidate: Candidate): boolean =>
  candidate.kind !== 'aliasOf' &&
  entries.every(({ kind, address }) => kind === 'account' && address === candidate.address);

const hasULabels = (key: Asked['key']): boolean =>
  /[\u0080-\u{10ffff}]/u.test(key.slice(key.lastIndexOf('@')));

function targetsOf(entry: Entry, extension: string, world: MapWorld): readonly string[] {
  if (entryDeliverable(entry, world.rules) !== 'yes') return [];
  const targets = entry.kind === 'group' ? entry.members : [entry.address];
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
  const extended = `${address.local}${extension}@${address.domain}`;
  return isMailbox(extended) ? extended : target;
}
