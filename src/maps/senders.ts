import type { Kind } from './kind.ts';

/** Owns addresses that somebody holds and nobody may send as: NOTFOUND would let anybody. RFC 2606 keeps it free. */
export const NO_LOGIN = 'no-login.invalid';

/** Which logins may send as an address? */
export const senders: Kind = {
  name: 'senders',
  ofEntries: (entries, _candidate, _asked, { rules }) => {
    const logins = entries
      .filter(
        ({ kind, enabled }) => enabled && (kind === 'account' || rules.groupSenders === 'members'),
      )
      .flatMap((entry) => entry.logins);
    return { data: logins.length === 0 ? NO_LOGIN : [...new Set(logins)].join(',') };
  },
  ofTarget: () => 'nothing',
};
