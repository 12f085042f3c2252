import { userInfo } from 'node:os';
import { join } from 'node:path';
import { certificateFiles } from './certificates.ts';
import { BASE, READABLE, SERVICE } from './inet-entries.ts';

/** What a test may want otherwise than Debian's defaults. */
export interface SlapdOptions {
  /** After so many seconds without an operation a connection is closed; 0: never. */
  readonly idleTimeout?: number;
  readonly threads?: number;
  /** Content synchronisation (RFC 4533); absent: without. */
  readonly sync?: SyncOptions;
}

/** How a slapd does content synchronisation. */
export interface SyncOptions {
  /** For so many changes it keeps what was deleted. */
  readonly sessionLog: number;
  /** Set where the service account may not search for what changed. */
  readonly isBlind?: true;
}

/** Who may change everything, `cn=config` too. Its password counts on the Unix socket as elsewhere. */
export const ADMINISTRATOR = { dn: `cn=admin,${BASE}`, password: 'administrator-secret' };

const SCHEMAS = ['core', 'cosine', 'inetorgperson', 'misc', 'nis'];

const ALSO_READABLE = [
  'entry',
  'entryUUID',
  'entryDN',
  'member',
  'mailEnabled',
  'mailLocalAddress',
];

/**
 * The whole configuration of a slapd whose files lie in `directory`, as LDIF for `slapadd -n 0`: nobody sees anything
 * but the service account, which sees what mail needs.
 */
export function slapdConfig(directory: string, options: SlapdOptions = {}): string {
  const { ca, cert, key } = certificateFiles(directory);
  const { uid, gid } = userInfo();
  const { sync } = options;
  const changes = sync === undefined || sync.isBlind === true ? [] : ['entryCSN'];
  const readable = [...READABLE, ...ALSO_READABLE, 'pwdAccountLockedTime', ...changes].join(',');
  return `dn: cn=config
objectClass: olcGlobal
cn: config
olcPidFile: ${join(directory, 'slapd.pid')}
olcThreads: ${options.threads ?? 16}
olcIdleTimeout: ${options.idleTimeout ?? 0}
olcTLSCACertificateFile: ${ca}
olcTLSCertificateFile: ${cert}
olcTLSCertificateKeyFile: ${key}
olcTLSVerifyClient: try
olcAuthzRegexp: "gidNumber=${gid}\\+uidNumber=${uid},cn=peercred,cn=external,cn=auth" "${SERVICE.dn}"

dn: cn=module,cn=config
objectClass: olcModuleList
cn: module
olcModulePath: /usr/lib/ldap
olcModuleLoad: back_mdb
olcModuleLoad: ppolicy
olcModuleLoad: syncprov

dn: cn=schema,cn=config
objectClass: olcSchemaConfig
cn: schema

${SCHEMAS.map((name) => `include: file:///etc/ldap/schema/${name}.ldif`).join('\n\n')}

${MAIL_SCHEMA}
dn: olcDatabase={0}config,cn=config
objectClass: olcDatabaseConfig
olcDatabase: {0}config
olcRootDN: ${ADMINISTRATOR.dn}

dn: olcDatabase={1}mdb,cn=config
objectClass: olcDatabaseConfig
objectClass: olcMdbConfig
olcDatabase: {1}mdb
olcSuffix: ${BASE}
olcRootDN: ${ADMINISTRATOR.dn}
olcRootPW: ${ADMINISTRATOR.password}
olcDbDirectory: ${join(directory, 'data')}
olcDbMaxSize: 268435456
olcDbNoSync: TRUE
olcDbIndex: objectClass eq
olcDbIndex: entryUUID,entryCSN eq
olcDbIndex: uid eq
olcDbIndex: mail,mailAlternateAddress,mailLocalAddress eq
olcDbIndex: member,mgrpRFC822MailMember,memberUid eq
olcLimits: dn.exact="${SERVICE.dn}" size=unlimited time=unlimited
olcAccess: to attrs=userPassword by anonymous auth by * none
olcAccess: to attrs=${readable} by dn.exact="${SERVICE.dn}" read by * none
olcAccess: to * by * none
${sync === undefined ? '' : syncOverlay(sync)}`;
}

const syncOverlay = ({ sessionLog }: SyncOptions): string => `
dn: olcOverlay={0}syncprov,olcDatabase={1}mdb,cn=config
objectClass: olcOverlayConfig
objectClass: olcSyncProvConfig
olcOverlay: {0}syncprov
${sessionLog > 0 ? `olcSpSessionlog: ${sessionLog}\n` : ''}`;

/**
 * The names that iPlanet's mail server made usual, which 389-DS has from the start. The numbers are examples of
 * OpenLDAP's: `misc` gives iPlanet's number for mailAlternateAddress to another attribute.
 */
const MAIL_SCHEMA = `dn: cn=mail,cn=schema,cn=config
objectClass: olcSchemaConfig
cn: mail
olcAttributeTypes: ( 1.1.2.1.1 NAME 'mailAlternateAddress' EQUALITY caseIgnoreIA5Match
  SUBSTR caseIgnoreIA5SubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 )
olcAttributeTypes: ( 1.1.2.1.2 NAME 'mgrpRFC822MailMember' EQUALITY caseIgnoreIA5Match
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 )
olcAttributeTypes: ( 1.1.2.1.3 NAME 'mailEnabled' EQUALITY booleanMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.7 SINGLE-VALUE )
olcObjectClasses: ( 1.1.2.2.1 NAME 'mailRecipient' AUXILIARY
  MAY ( mail $ mailAlternateAddress $ mailEnabled ) )
olcObjectClasses: ( 1.1.2.2.2 NAME 'mailGroup' AUXILIARY
  MAY ( mail $ mailAlternateAddress $ mgrpRFC822MailMember ) )
`;
