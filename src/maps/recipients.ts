import { isDeliverable } from './deliverable.ts';
import type { Kind } from './kind.ts';

/** Does anybody take mail at an address, whoever delivers it? For relays: the data is the normalised address. */
export const recipients: Kind = {
  name: 'recipients',
  ofEntries: (entries, _candidate, asked, { rules }) => {
    const deliverable = isDeliverable(entries, rules);
    if (deliverable === 'yes') return { data: asked.text };
    return deliverable === 'later' ? 'later' : 'nothing';
  },
  ofTarget: (_target, asked) => ({ data: asked.text }),
};
