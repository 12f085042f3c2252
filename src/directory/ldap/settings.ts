import { z } from 'zod';
import { address } from '../../config/schema/addresses.ts';
import { clientTls } from '../../config/schema/clienttls.ts';
import { notations } from '../../config/schema/notation.ts';
import { duration, flag, oneOrMany, secret, written } from '../../config/schema/values.ts';
import type { DeepReadonly } from '../../config/schema.ts';
import { feed, mirror, poll } from '../../config/settings/mirror.ts';
import { connections, connectTimeout, maxAge, returnAfter } from '../connections/settings.ts';
import { accounts, attribute, dn, groups } from './settings/branches.ts';
import { formatLdapUrl, parseLdapUrl, staysHere } from './settings/endpoint.ts';
import { likelyFilters, likelyLdapUrls } from './settings/likely.ts';
import { tables } from './settings/tables.ts';

const url = () => written({ type: 'URL', likely: likelyLdapUrls }, parseLdapUrl, formatLdapUrl);

const tls = clientTls({
  peer: 'server',
  use: 'bind: { sasl: external }',
  serverName: 'ldap.example.org',
});

const bind = z
  .strictObject({
    dn: z
      .string()
      .min(1)
      .exactOptional()
      .meta({
        description:
          'As whom idpmap asks: a DN; for Active Directory also idpmap@example.org. It needs to read mail attributes only.',
        examples: ['cn=idpmap,ou=services,dc=example,dc=org'],
      }),
    password: secret()
      .exactOptional()
      .meta({ description: 'Its password.', examples: ['{ file: /run/secrets/ldap }'] }),
    sasl: z.literal('external').exactOptional().meta({
      description: 'The server knows us by our client certificate, or by our user on `ldapi:`.',
    }),
    anonymous: flag().exactOptional().meta({
      description: '`true`: there is no login, what everybody may read is enough.',
    }),
  })
  .superRefine(({ dn: name, password, sasl, anonymous }, context) => {
    const hasLogin = name !== undefined && password !== undefined;
    const hasHalf = name !== undefined || password !== undefined;
    const ways = [hasHalf, sasl !== undefined, anonymous === true].filter(Boolean).length;
    if (ways === 1 && hasLogin === hasHalf) return;
    context.addIssue({
      code: 'custom',
      message: 'write dn and password, or sasl: external, or anonymous: true',
    });
  });

const listDomains = z.strictObject({
  base: dn().exactOptional().meta({ description: 'Where they lie; without it, `base`.' }),
  filter: z
    .string()
    .min(1)
    .register(notations, { likely: likelyFilters })
    .meta({
      description: 'Which entries are domains.',
      examples: ['(objectClass=domainRelatedObject)'],
    }),
  attribute: attribute().meta({
    description: 'The attribute that holds the name.',
    examples: ['associatedDomain'],
  }),
});

/** The settings of a directory behind an LDAP server. */
export const ldapSettings = z
  .strictObject({
    urls: oneOrMany(url())
      .refine((urls) => urls.length > 0, 'names no server, write ldaps://ldap.example.org')
      .meta({
        description:
          'The servers, asked in this order: the next one where one fails. `ldaps://`, `ldap://` or `ldapi:///PATH`.',
        examples: ['[ldaps://ldap1.example.org, ldaps://ldap2.example.org]'],
      }),
    startTls: flag().prefault(false).meta({ description: 'Secures `ldap://` by StartTLS.' }),
    insecure: flag().prefault(false).meta({
      description:
        'Says that you know: `ldap://` to another machine without TLS shows the password.',
    }),
    tls: tls.prefault({}).meta({ description: 'How the connection is secured.' }),
    bind: bind.meta({
      description: 'As whom idpmap asks.',
      examples: ['{ dn: "cn=idpmap,dc=example,dc=org", password: { file: /run/secrets/ldap } }'],
    }),
    preset: z
      .enum(['openldap', '389ds', 'active-directory', 'freeipa', 'lldap', 'authentik', 'glauth'])
      .prefault('openldap')
      .meta({
        description:
          'The server software, which decides what is not set under `accounts` and `groups`.',
      }),
    base: dn().meta({
      description: 'Below which entry people lie. `%d` stands for the domain asked for.',
      examples: ['dc=example,dc=org'],
    }),
    accounts: accounts.prefault({}).meta({ description: 'Where accounts lie and how they look.' }),
    groups: groups.prefault({}).meta({ description: 'Where groups lie and how they look.' }),
    canary: address()
      .exactOptional()
      .meta({
        description:
          'An address that is always there: as long as it is not found, nobody is believed to be absent. Without it, people found before stand in.',
        examples: ['postmaster@example.org'],
      }),
    proof: z.enum(['account', 'base']).prefault('account').meta({
      description:
        'What has to be visible for anybody to be believed absent: some account, or, where there are none, only the bases.',
    }),
    referrals: z.enum(['refuse', 'ignore']).prefault('refuse').meta({
      description:
        "What becomes of a search's pointers to other servers, which are never followed: a fault, or nothing.",
    }),
    listDomains: listDomains.exactOptional().meta({
      description:
        'The search that lists the domains of this mail system, beside the configured ones.',
    }),
    tables: z
      .record(z.string().min(1), tables)
      .register(notations, { key: { name: 'TABLE', example: 'transport' } })
      .prefault({})
      .meta({ description: 'Tables for maps of kind `table`, in the words of ldap_table(5).' }),
    mirror: mirror({ feed: feed(), poll: poll() }),
    connections: connections(2),
    connectTimeout: connectTimeout('connect, log in and show people'),
    searchTimeout: duration('10ms', '60s').prefault('1s').meta({
      description: 'How long the searches of one question may take.',
    }),
    maxAge: maxAge(),
    returnAfter: returnAfter(),
    bindRetry: duration('1s').prefault('60s').meta({
      description:
        'How soon a refused password is tried again, so that the account is not locked out. A changed one is tried at once.',
    }),
  })
  .superRefine(({ urls, startTls, insecure }, context) => {
    for (const [i, endpoint] of urls.entries()) {
      if (endpoint.kind === 'unix' || endpoint.secure || startTls) continue;
      if (insecure || staysHere(endpoint)) continue;
      context.addIssue({
        code: 'custom',
        path: ['urls', i],
        message: `${formatLdapUrl(endpoint)} sends the password in the clear, use ldaps:// or startTls: true (or insecure: true)`,
      });
    }
  });

/** What the adapter goes by. Durations in milliseconds. */
export type LdapSettings = DeepReadonly<Omit<z.output<typeof ldapSettings>, 'insecure'>>;

/** The servers that presets are known of. */
export type PresetName = LdapSettings['preset'];

/** As whom idpmap asks: `dn` and `password`, or `sasl`, or `anonymous: true`. */
export type LdapBind = LdapSettings['bind'];

/** Where accounts lie and what their attributes mean; what is absent comes from the preset. */
export type AccountSettings = LdapSettings['accounts'];

/** Where groups lie and what their attributes mean; what is absent comes from the preset. */
export type GroupSettings = LdapSettings['groups'];

/** How a group's members are found: by a search for those who name the group, or for the names that it lists. */
export type MembersBy = NonNullable<GroupSettings['membersBy']>;

/** One table, in the words of `ldap_table(5)`. */
export type LdapTableSettings = LdapSettings['tables'][string];
