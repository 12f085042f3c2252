/**
 * What other programs call a setting, in lower case and without signs between its words, and where it may be here: paths from the group that
 * it stands in. Which of them there are, and which fits, is for the shape and the schema to say.
 */
const ELSEWHERE: Readonly<Record<string, string>> = {
  // Servers.
  'host hostname server servers serverhost serveraddress hostport addresses':
    'urls hosts url endpoint',
  'uri uris ldapuri connectionurl serverurls ldapurl serveruri dsn connection connectionstring':
    'urls url hosts',
  'url authserverurl serverurl baseurl keycloakurl issuer': 'url urls hosts endpoint',
  'address addr bind listen interface': 'endpoint',
  'socket unixsocket': 'endpoint hosts url',
  // Who asks.
  'searchbase basedn ldapbase suffix rootdse': 'base',
  'binddn dn managerdn rootdn bindname bindusername': 'bind.dn',
  'bindpw bindpassword dnpass dnpassword ldappassword bindcredential bindcredentials bindpass authtok managerpassword rootpw':
    'bind.password',
  'bindname username login account': 'user dn',
  user: 'dn user',
  'pw pass passwd pwd': 'password clientSecret key',
  'resource client': 'clientId',
  'secret clientsecretkey secretkey': 'clientSecret key password',
  credentials: 'clientSecret',
  realmname: 'realm',
  'db dbname schema databasename': 'database',
  // What is asked.
  'queryfilter userfilter filter searchfilter ldapfilter userobjectfilter':
    'queryFilter accounts.filter filter',
  'scope searchscope': 'accounts.scope',
  'resultattribute resultattr attribute mailattribute mailattr attributes':
    'resultAttributes accounts.address addressFrom address',
  'userbase usersbase userdn usersdn usersearchbase': 'accounts.base',
  'groupbase groupdn groupsearchbase': 'groups.base',
  groupfilter: 'groups.filter',
  'usersearchscope usersscope': 'accounts.scope',
  'aliasattribute aliasesattribute mailalternateaddress aliases':
    'accounts.aliases aliasAttribute roles',
  'uidattribute userattribute loginattribute usernameattribute usernameldapattribute':
    'accounts.logins',
  'uuidattribute uuidldapattribute idattribute': 'accounts.id',
  'return returns value answer reply output resultformat': 'result resultFormat',
  'sendermaps tablename': 'table',
  'vendor servertype directorytype': 'preset',
  'users people': 'accounts people',
  'query statement sql selectquery userquery accountquery mailboxquery': 'people.account',
  'aliasquery aliasesquery forwardquery': 'people.aliases',
  'domainquery domainsquery': 'listDomains',
  'mailbox mailboxes users user': 'account',
  // How.
  'ssl sslmode': 'encrypt',
  'cafile cacert cacertfile cabundle sslca sslrootcert tlscacert tlscacertfile tlscafile tlsca':
    'ca tls.ca',
  'certificate certfile certificatefile crt sslcert tlscert tlscertfile': 'cert tls.cert',
  'privatekey keyfile sslkey tlskey tlskeyfile': 'key tls.key',
  'clientcafile clientcacert': 'clientCa',
  // What is remembered, and limits.
  'fresh ttl expire expiry positive positivettl maxage lifetime': 'fresh',
  'negative negativettl negttl': 'freshNone',
  'size maxentries maxsize limit max': 'entries.found',
  'path filename dir': 'file path',
  'interval every': 'refresh',
  'rate ratelimit qps rps': 'perSecond',
  'concurrency parallel maxinflight': 'inFlight',
  'threshold errorthreshold': 'failures',
  'master mastername': 'primary',
  'sentinels nodes': 'urls',
  // The top level.
  'metrics status prometheus web admin statuspage': 'http',
  'socketmap sockets port': 'listen',
  'backend source provider store userstore usersource people users accounts': 'directory',
  postmaster: 'roles.postmaster',
  abuse: 'roles.abuse',
  hostmaster: 'roles.hostmaster',
  webmaster: 'roles.webmaster',
  'forward forwardto fallback default': 'catchAll',
  'debug verbose trace': 'log.level',
  'backends backend sources source providers userdb': 'directories',
  'redis valkey cluster': 'fleet',
  'logging logger': 'log',
  'loglevel verbosity': 'log.level',
  'timeout requesttimeout querytimeout lookuptimeout': 'deadline searchTimeout statementTimeout',
  'ttl cachettl': 'cache.fresh',
  cachefile: 'cache.file',
  logformat: 'log.format',
  'delimiter delimiters': 'recipientDelimiter',
  propagateunmatchedextensions: 'propagateExtension',
  'tables lookups': 'maps',
};

const TARGETS = readTargets();

/** A name in several lines has the places of all of them. */
function readTargets(): ReadonlyMap<string, readonly (readonly string[])[]> {
  const targets = new Map<string, readonly (readonly string[])[]>();
  for (const [names, paths] of Object.entries(ELSEWHERE)) {
    const places = paths.split(' ').map((path) => path.split('.'));
    for (const name of names.split(' '))
      targets.set(name, [...(targets.get(name) ?? []), ...places]);
  }
  return targets;
}

/** Letters and digits only, in lower case: `bind_dn` is `bindDn`. */
export const foldName = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** What others begin names with that stand for themselves. */
const PREFIX =
  /^(?:ldap(?:default)?|sssd|db|database|sql|pgsql|pg|postgres(?:ql)?|mysql|mariadb|keycloak|kc|oidc)(?=\w{2})/;

/** Where a setting may be that others call `name`, with the name of their section before it or without. */
export function placesOf(name: string): readonly (readonly string[])[] {
  const folded = foldName(name);
  const bare = folded.replace(PREFIX, '');
  return TARGETS.get(folded) ?? (bare === folded ? [] : [...(TARGETS.get(bare) ?? []), [bare]]);
}
