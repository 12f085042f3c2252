import { entryDeliverable } from './deliverable.ts';
import type { Kind } from './kind.ts';
import type { Template } from './template.ts';

/** Does a mailbox exist? An alias, a group, a role and a catch-all are none. `result` shapes the data of an OK. */
export const mailboxes = (result: Template): Kind => ({
  name: 'mailboxes',
  ofEntries: (entries, candidate, _asked, { rules }) => {
    const own = entries.find(
      ({ kind, address }) => kind === 'account' && address === candidate.address,
    );
    if (own === undefined) return 'nothing';
    const deliverable = entryDeliverable(own, rules);
    if (deliverable === 'yes') return { data: result(own) };
    return deliverable === 'later' ? 'later' : 'nothing';
  },
  ofTarget: () => 'nothing',
});
