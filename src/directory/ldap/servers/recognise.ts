import { PresenceFilter } from 'ldapts';
import { textsOf } from '../people/values.ts';
import type { LdapEntry, SearchRequest } from '../search.ts';
import type { LdapSettings, PresetName } from '../settings.ts';
import { openConnection, Refused } from '../wire/open.ts';

/** What a server shows of itself to everybody. */
export interface Recognised {
  /** The preset that fits; absent: it does not tell. */
  readonly preset?: PresetName;
  /** Where its trees begin, the likely one first. */
  readonly bases: readonly string[];
}

/** RFC 4512, section 5.1, and what products add to it. */
const ROOT: SearchRequest = {
  base: '',
  scope: 'base',
  filter: new PresenceFilter({ attribute: 'objectClass' }),
  attributes: [
    'objectClass',
    'vendorName',
    'vendorVersion',
    'supportedCapabilities',
    'ipaTopologyPluginVersion',
    'defaultNamingContext',
    'namingContexts',
  ],
  sizeLimit: 0,
};

/** What Active Directory, and Samba as one, says that it is: LDAP_CAP_ACTIVE_DIRECTORY_OID. */
const ACTIVE_DIRECTORY = '1.2.840.113556.1.4.800';

const VENDORS: readonly (readonly [name: RegExp, preset: PresetName])[] = [
  [/lldap/i, 'lldap'],
  [/authentik/i, 'authentik'],
  [/glauth/i, 'glauth'],
  [/^(?:389|fedora|red hat)\b/i, '389ds'],
];

/**
 * Asks a server, without a login, what it is and where its people may lie. One that shows nothing to strangers tells neither.
 * @throws {Fault} where it can't be reached
 */
export async function recogniseServer(
  { urls: [endpoint], startTls, tls }: Pick<LdapSettings, 'urls' | 'startTls' | 'tls'>,
  signal: AbortSignal,
): Promise<Recognised> {
  if (endpoint === undefined) return { bases: [] };
  const pace = { width: 1, timeLimitS: 10 };
  const options = { startTls, tls, login: 'anonymous', pace, figures: {} } as const;
  try {
    const connection = await openConnection(endpoint, options, signal);
    try {
      const { entries } = await connection.search(ROOT, signal);
      return entries.map(recogniseRoot)[0] ?? { bases: [] };
    } finally {
      connection.close();
    }
  } catch (error) {
    if (error instanceof Refused) return { bases: [] };
    throw error;
  }
}

/** Reads a root entry. */
export function recogniseRoot(root: LdapEntry): Recognised {
  const preset = presetOf(root);
  const bases = ['defaultNamingContext', 'namingContexts'].flatMap((name) => textsOf(root, name));
  return {
    ...(preset !== undefined && { preset }),
    bases: [...new Set(bases)].filter((base) => base !== '' && !/^cn=/i.test(base)),
  };
}

function presetOf(root: LdapEntry): PresetName | undefined {
  if (textsOf(root, 'supportedCapabilities').includes(ACTIVE_DIRECTORY)) return 'active-directory';
  if (textsOf(root, 'ipaTopologyPluginVersion').length > 0) return 'freeipa';
  if (textsOf(root, 'objectClass').includes('OpenLDAProotDSE')) return 'openldap';
  const names = ['vendorName', 'vendorVersion'].flatMap((name) => textsOf(root, name));
  return VENDORS.find(([name]) => names.some((each) => name.test(each)))?.[1];
}
