import type { People } from './people.ts';

/**
 * Says what an edit loses where that is more than `guard`, a share from 0 to 1, of the accounts or of the groups:
 * `5 of 8 accounts`. Lost is an address that nobody would hold any more. A file that holds nothing at all is refused
 * where nothing was known before.
 */
export function findLoss(
  before: People | undefined,
  after: People,
  guard: number,
): string | undefined {
  if (before === undefined) return after.isEmpty ? 'everybody (it is empty)' : undefined;
  const losses = (['account', 'group'] as const).flatMap((kind) => {
    const total = kind === 'account' ? before.accounts : before.groups;
    let lost = 0;
    for (const address of before.addresses(kind)) if (!after.has(address)) lost++;
    return lost > guard * total ? [`${lost} of ${total} ${kind}s`] : [];
  });
  return losses.length === 0 ? undefined : losses.join(' and ');
}
