import type { LdapEndpoint } from '../../config/schema/ldapendpoint.ts';
import type { Secret } from '../../config/sources/secret.ts';
import type { ClientTls } from '../tls.ts';
import type { LostPolicy } from './people/lost.ts';
import type { Dereference, Scope } from './search.ts';

/** The servers that presets are known of. */
export type PresetName =
  | 'openldap'
  | '389ds'
  | 'active-directory'
  | 'freeipa'
  | 'lldap'
  | 'authentik'
  | 'glauth';

/** As whom idpmap asks: `dn` and `password`, or `sasl`, or `anonymous: true`. */
export interface LdapBind {
  readonly dn?: string;
  readonly password?: Secret;
  readonly sasl?: 'external';
  readonly anonymous?: boolean;
}

/** Where entries of one kind lie, and how they hold addresses; what is absent comes from the preset. */
interface BranchSettings {
  readonly base?: string;
  readonly scope?: Scope;
  /** Which entries they are. With `%s`, `%u` or `%d` it is the whole question, else the address is added to it. */
  readonly filter?: string;
  /** Attributes, or patterns such as `{uid}@example.org`: the first that has a value gives the address. */
  readonly address?: readonly string[];
  readonly aliases?: readonly string[];
  /** Only alias values that begin so count (`smtp:`), without it; absent: a preset's goes for its own attributes. */
  readonly aliasPrefix?: string;
  readonly id?: readonly string[];
}

/** Where accounts lie and what their attributes mean. */
export interface AccountSettings extends BranchSettings {
  readonly logins?: readonly string[];
  /** What makes an account disabled: `nsAccountLock=true`, or a bit: `userAccountControl&2`. */
  readonly disabled?: readonly string[];
  /** What makes it a mailbox without logins that is enabled whatever `disabled` says. */
  readonly mailOnly?: readonly string[];
}

/** How a group's members are found: by a search for those who name the group, or for the names that it lists. */
export type MembersBy = 'memberOf' | 'entryDN' | 'distinguishedName' | 'read';

/** Where groups lie and what their attributes mean. */
export interface GroupSettings extends BranchSettings {
  /** Attributes that hold members' names in the directory. */
  readonly memberDns?: readonly string[];
  /** Attributes that hold members' logins (posixGroup). */
  readonly memberUids?: readonly string[];
  /** Attributes that hold members' addresses. */
  readonly memberAddresses?: readonly string[];
  readonly membersBy?: MembersBy;
  /** What becomes of a group's mail where a member gets none of it. */
  readonly unreadableMembers?: LostPolicy;
  /** Groups within groups, and members of the whole; beyond, its mail is deferred. */
  readonly depth: number;
  readonly members: number;
}

/** One table, in the words of `ldap_table(5)`. */
export interface LdapTableSettings {
  /** May hold `%s`, `%u`, `%d` and `%1` to `%9`; absent: the directory's. */
  readonly searchBase?: string;
  readonly scope: Scope;
  readonly queryFilter: string;
  readonly resultAttributes: readonly string[];
  readonly resultFormat: string;
  readonly specialResultAttributes: readonly string[];
  readonly leafResultAttributes: readonly string[];
  readonly terminalResultAttributes: readonly string[];
  readonly dereference: Dereference;
  /** Only keys at these domains are asked for; absent: all keys. */
  readonly domain?: readonly string[];
  /** 0: no limit. */
  readonly expansionLimit: number;
  readonly recursionLimit: number;
  readonly sizeLimit: number;
}

/** The settings of a directory of type `ldap`. Durations in milliseconds. */
export interface LdapSettings {
  readonly urls: readonly LdapEndpoint[];
  readonly startTls: boolean;
  readonly tls: ClientTls;
  readonly bind: LdapBind;
  readonly preset: PresetName;
  readonly base: string;
  readonly accounts: AccountSettings;
  readonly groups: GroupSettings;
  /** An address that has to be found for a *none* to be believed; absent: people that were found before. */
  readonly canary?: string;
  /** What proves that people are seen: some account, or only the bases. */
  readonly proof: 'account' | 'base';
  /** Whether a search's pointers to other servers may be passed over. */
  readonly referrals: 'refuse' | 'ignore';
  /** The search that lists domains. */
  readonly listDomains?: {
    readonly base?: string;
    readonly filter: string;
    readonly attribute: string;
  };
  readonly tables: Readonly<Record<string, LdapTableSettings>>;
  readonly connections: number;
  readonly connectTimeout: number;
  readonly searchTimeout: number;
  /** A connection is replaced at this age. */
  readonly maxAge: number;
  /** A server that failed is left out, and the first one is tried again, after this time. */
  readonly returnAfter: number;
  /** After the password was refused, the same one is tried again only so often. */
  readonly bindRetry: number;
}
