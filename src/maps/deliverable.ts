import type { Entry } from '../directory/directory.ts';
import type { Rules } from './kind.ts';

/** Whether mail for an entry is taken: `later` defers it. */
export type Deliverable = 'yes' | 'no' | 'later';

const IF_DISABLED = { accept: 'yes', reject: 'no', defer: 'later' } as const;

/** A disabled account is refused, taken or deferred as the configuration says; a group needs a member. */
export function entryDeliverable(entry: Entry, { disabled }: Rules): Deliverable {
  if (entry.kind === 'group') return entry.enabled && entry.members.length > 0 ? 'yes' : 'no';
  if (entry.enabled) return 'yes';
  return IF_DISABLED[disabled];
}

/** The best that any of the entries allows. */
export function isDeliverable(entries: readonly Entry[], rules: Rules): Deliverable {
  const each = entries.map((entry) => entryDeliverable(entry, rules));
  if (each.includes('yes')) return 'yes';
  return each.includes('later') ? 'later' : 'no';
}
