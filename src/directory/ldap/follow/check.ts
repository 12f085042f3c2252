import type { Misfit } from '../../../config/settings/directories.ts';
import { accountBranch, groupBranch } from '../people/branch.ts';
import type { LdapSettings } from '../settings.ts';
import { computedIn } from './filterattributes.ts';
import { partsOf } from './listed.ts';

/** Finds what keeps a mirror from being fed, in settings that can be read. */
export function checkMirror(settings: LdapSettings): readonly Misfit[] {
  const { mirror } = settings;
  if (mirror === undefined) return [];
  const parts = partsOf(accountBranch(settings), groupBranch(settings));
  const unlistable = parts.flatMap(({ branch: { kind, base, filter } }): readonly Misfit[] => [
    ...(base.hasPlaceholders ? [bound(`${kind}s`, 'base')] : []),
    ...(filter.hasPlaceholders ? [bound(`${kind}s`, 'filter')] : []),
  ]);
  if (unlistable.length > 0) return unlistable;
  const computed = computedIn(parts);
  const isTold = mirror.feed === 'syncrepl' || mirror.feed === 'dirsync';
  if (isTold && computed !== undefined)
    return [
      {
        path: ['mirror', 'feed'],
        message: `people are chosen by ${computed}, which the server makes of other entries and tells nobody of: set list`,
      },
    ];
  const isListed = mirror.feed === 'list' || (mirror.feed === 'auto' && computed !== undefined);
  if (mirror.whenAbsent === 'ask' || !isListed) return [];
  return [
    {
      path: ['mirror', 'whenAbsent'],
      message: `deny needs a feed that tells of new people at once, and listings do not: set ask`,
    },
  ];
}

const bound = (branch: string, setting: string): Misfit => ({
  path: [branch, setting],
  message: 'holds %s, %u or %d: a mirror lists everybody, and has no address to put there',
});
