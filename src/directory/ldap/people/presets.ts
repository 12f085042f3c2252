import type { AccountSettings, GroupSettings, MembersBy, PresetName } from '../settings.ts';

/** What a server's directory looks like; every field can be set otherwise in the configuration. */
export interface Preset {
  /** Whether it was run against the real server; else the documentation and `idpmap check` say *untested*. */
  readonly tested: boolean;
  /** So many questions may be under way on one connection; absent: any number. */
  readonly width?: number;
  readonly accounts: Required<Omit<AccountSettings, 'base' | 'scope' | 'aliasPrefix'>> &
    Pick<AccountSettings, 'aliasPrefix'>;
  /** Without `address`, groups are not looked for. */
  readonly groups: Required<
    Omit<
      GroupSettings,
      'base' | 'scope' | 'aliasPrefix' | 'depth' | 'members' | 'membersBy' | 'unreadableMembers'
    >
  > &
    Pick<GroupSettings, 'aliasPrefix'> & { readonly membersBy: MembersBy };
}

const NO_GROUPS: Preset['groups'] = {
  filter: '(objectClass=groupOfNames)',
  address: [],
  aliases: [],
  id: [],
  memberDns: ['member'],
  memberUids: [],
  memberAddresses: [],
  membersBy: 'memberOf',
};

/** Exchange's `msExchRecipientTypeDetails` of mailboxes whose account is disabled on purpose, here and in the cloud. */
const EXCHANGE_SHARED = ['4', '34359738368'];
const EXCHANGE_ROOM = ['16', '8589934592'];
const EXCHANGE_EQUIPMENT = ['32', '17179869184'];

/**
 * 389-DS reads a busy connection under a lock which the other questions on it need for their answers: with two under way,
 * each may wait for 100 ms, again and again. One at a time takes 1 ms.
 */
const DS389_WIDTH = 1;

/** Groups of the standards (RFC 4519, RFC 2307). */
const GROUPS =
  '(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))';

/** What is known of each server. A lockout after wrong passwords never disables: whoever guesses could bounce mail. */
export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  openldap: {
    tested: true,
    accounts: {
      filter: '(objectClass=inetOrgPerson)',
      address: ['mail'],
      aliases: ['mailAlternateAddress', 'mailLocalAddress'],
      logins: ['uid', 'mail'],
      id: ['entryUUID'],
      // What an administrator's lock holds; a lockout after wrong passwords holds the time instead.
      disabled: ['pwdAccountLockedTime=000001010000Z'],
      mailOnly: [],
    },
    groups: {
      filter: GROUPS,
      address: ['mail'],
      aliases: ['mailAlternateAddress'],
      id: ['entryUUID'],
      memberDns: ['member', 'uniqueMember'],
      memberUids: ['memberUid'],
      memberAddresses: ['mgrpRFC822MailMember', 'rfc822MailMember'],
      membersBy: 'entryDN',
    },
  },
  '389ds': {
    tested: true,
    width: DS389_WIDTH,
    accounts: {
      filter: '(objectClass=inetOrgPerson)',
      address: ['mail'],
      aliases: ['mailAlternateAddress'],
      logins: ['uid', 'mail'],
      id: ['nsUniqueId'],
      disabled: ['nsAccountLock=true'],
      mailOnly: [],
    },
    groups: {
      filter: GROUPS,
      address: ['mail'],
      aliases: ['mailAlternateAddress'],
      id: ['nsUniqueId'],
      memberDns: ['member', 'uniqueMember'],
      memberUids: ['memberUid'],
      memberAddresses: ['mgrpRFC822MailMember'],
      membersBy: 'entryDN',
    },
  },
  'active-directory': {
    tested: true,
    accounts: {
      filter: '(&(objectCategory=person)(|(objectClass=user)(objectClass=contact)))',
      address: ['mail'],
      aliases: ['proxyAddresses'],
      aliasPrefix: 'smtp:',
      logins: ['userPrincipalName', 'sAMAccountName', 'mail'],
      id: ['objectGUID'],
      disabled: ['userAccountControl&2'],
      // A contact is a name for an address elsewhere.
      mailOnly: [
        'objectClass=contact',
        ...[...EXCHANGE_SHARED, ...EXCHANGE_ROOM, ...EXCHANGE_EQUIPMENT].map(
          (type) => `msExchRecipientTypeDetails=${type}`,
        ),
      ],
    },
    groups: {
      filter: '(objectCategory=group)',
      address: ['mail'],
      aliases: ['proxyAddresses'],
      aliasPrefix: 'smtp:',
      id: ['objectGUID'],
      memberDns: ['member'],
      memberUids: [],
      memberAddresses: [],
      membersBy: 'distinguishedName',
    },
  },
  freeipa: {
    tested: false,
    width: DS389_WIDTH,
    accounts: {
      filter: '(objectClass=posixAccount)',
      address: ['mail'],
      aliases: ['mailAlternateAddress'],
      logins: ['uid', 'krbPrincipalName', 'mail'],
      id: ['ipaUniqueID', 'nsUniqueId'],
      disabled: ['nsAccountLock=true'],
      mailOnly: [],
    },
    groups: {
      filter: '(objectClass=ipaUserGroup)',
      address: ['mail'],
      aliases: ['mailAlternateAddress'],
      id: ['ipaUniqueID', 'nsUniqueId'],
      memberDns: ['member'],
      memberUids: [],
      memberAddresses: [],
      membersBy: 'entryDN',
    },
  },
  lldap: {
    tested: false,
    accounts: {
      filter: '(objectClass=inetOrgPerson)',
      address: ['mail'],
      aliases: [],
      logins: ['uid', 'mail'],
      id: ['entryUUID'],
      disabled: [],
      mailOnly: [],
    },
    groups: { ...NO_GROUPS, filter: '(objectClass=groupOfUniqueNames)', memberDns: ['member'] },
  },
  authentik: {
    tested: false,
    accounts: {
      filter: '(objectClass=user)',
      address: ['mail'],
      aliases: [],
      logins: ['cn', 'mail'],
      id: ['uid'],
      disabled: ['ak-active=false'],
      mailOnly: [],
    },
    groups: { ...NO_GROUPS, filter: '(objectClass=group)' },
  },
  glauth: {
    tested: false,
    accounts: {
      filter: '(objectClass=posixAccount)',
      address: ['mail'],
      aliases: [],
      logins: ['uid', 'mail'],
      id: ['uid'],
      disabled: ['accountStatus=inactive'],
      mailOnly: [],
    },
    groups: { ...NO_GROUPS, filter: '(objectClass=posixGroup)' },
  },
};
