import { defineType } from '../type.ts';
import { ldapSettings } from './settings.ts';

/** A directory behind an LDAP server. */
export const ldap = defineType({
  type: 'ldap',
  about: 'OpenLDAP, 389 Directory Server, Active Directory and others.',
  limits: { inFlight: 32, perSecond: 500 },
  settings: () => ldapSettings,
  open: async (settings, hooks) => (await import('./ldap.ts')).createLdapDirectory(settings, hooks),
  check: async (settings) => (await import('./filters/check.ts')).checkTexts(settings),
  lists: 'listDomains',
  tables: { setting: 'tables' },
  largestGroup: ({ groups }) => groups.members,
  sample: {
    urls: 'ldaps://ldap.example.org',
    bind: { anonymous: true },
    base: 'dc=example,dc=org',
  },
});
