import { foldName } from './elsewhere.ts';

/** What other programs set and nobody sets here: names in lower case and without signs, and what to do instead. */
const NEEDLESS: readonly (readonly [where: RegExp, names: string, advice: string])[] = [
  [
    /^$/,
    'user group uid gid runas runasuser username',
    'leave it out: as whom idpmap runs is set by its unit or container',
  ],
  [
    /^$/,
    'daemon daemonize background foreground fork pidfile pid supervised',
    'leave it out: idpmap stays in the foreground, and systemd or the container keeps it',
  ],
  [
    /^$/,
    'workers worker threads processes children maxworkers',
    'leave it out: one process answers all of Postfix, and several daemons are a fleet',
  ],
  [
    /^$/,
    'chroot umask socketmode socketgroup socketowner mode permissions',
    "leave it out: a socket's rights stand behind its path, listen: unix:/path?mode=0660&group=postfix",
  ],
  [/^$/, 'allow allowfrom acl', 'write it at the endpoint, listen: { endpoint: …, allow: … }'],
  [/^$/, 'tls ssl', 'write it where it is meant, at an endpoint of listen or at a directory'],
  [
    /^$/,
    'mirror mirrors limit limits breaker',
    'write it at a directory, directories: { NAME: { … } }',
  ],
  [/^$/, 'version apiversion schemaversion', 'leave it out: the file has no version'],
  [/^$/, 'kind metadata data', 'mount what stands below data as the file itself'],
  [
    /^$/,
    'include includes import imports includedir',
    'leave it out: all settings stand in this one file',
  ],
  [
    /^$/,
    'syslogfacility facility syslog syslogname syslogident',
    'leave it out: idpmap writes to standard output, and the journal keeps it',
  ],
  [
    /^log$/,
    'file path filename output logfile destination target directory rotate size maxsize',
    'leave it out: idpmap writes to standard output, and the journal or the container keeps it',
  ],
  [
    /^http$/,
    'tls ssl https cert key certificate certfile keyfile',
    'leave it out: idpmap speaks HTTP without TLS there, put a proxy before it where others ask',
  ],
  [
    /^http$/,
    'user username password auth basicauth',
    'leave it out: whoever asks shows a token, token: { file: /run/secrets/http-token }',
  ],
  [
    /^cache$/,
    'type driver backend host hosts url port server redis memcached',
    'leave it out: each daemon remembers in its own memory, and daemons share by fleet: { url: … }',
  ],
  [
    /^maps\.[^.]+$/,
    'domain domains',
    'leave it out: a map answers for all domains that are configured',
  ],
  [
    /^maps\.[^.]+$/,
    'directory source',
    'leave it out: which directory is asked stands at the domain',
  ],
  [
    /tls$/,
    'verify verifypeer verifyhostname checkhostname verifycert verification insecure insecureskipverify skipverify rejectunauthorized allowselfsigned selfsigned reqcert requirecert mode',
    "leave it out: a server's certificate is always checked, name its authority in ca",
  ],
  [
    /^directories\.[^.]+$/,
    'verifyssl sslverify verifycert verify insecureskipverify rejectunauthorized tlsreqcert tlsrequirecert disabletrustmanager allowselfsigned verifycertificate',
    "leave it out: a server's certificate is always checked, name its authority in tls: { ca: FILE }",
  ],
  [
    /^directories\.[^.]+$/,
    'authbind authbinduserdn userdnpattern userdnpatterns userdntemplate passfilter passattrs defaultpassscheme passwordquery bindsearch validatepasswordpolicy',
    'leave it out: idpmap looks addresses up and never checks a password',
  ],
  [
    /^directories\.[^.]+$/,
    'version ldapversion protocolversion',
    'leave it out: version 3 is always spoken',
  ],
  [
    /^directories\.[^.]+$/,
    'deref dereference chunksize sizelimit expansionlimit recursionlimit domaintable specialresultattribute leafresultattribute terminalresultattribute resultformat resultfilter pagedresultscontrol pagination batchsizeforsync',
    'leave it out: it belongs to a table, below tables',
  ],
  [
    /^directories\.[^.]+$/,
    'iterateattrs iteratefilter iteratequery userattrs userquery userattributes blocking defaultfields',
    'leave it out: which attributes an account has is set below accounts, and statements below people',
  ],
  [
    /^directories\.[^.]+$/,
    'granttype sslrequired confidentialport publicclient beareronly verifytokenaudience usernamepassword',
    'leave it out: idpmap logs in as a confidential client, by clientId and clientSecret',
  ],
  [
    /^directories\.[^.]+$/,
    'domain domains maildomain maildomains emaildomain',
    'leave it out: which directory a domain asks stands at the domain, domains: { example.org: { directory: NAME } }',
  ],
  [
    /^directories\.[^.]+$/,
    'selectfield selectfunction table wherefield additionalconditions',
    "write the statement as a whole, people: { account: SELECT … FROM … WHERE … = '%s' }",
  ],
  [
    /^directories\.[^.]+$/,
    'username adminuser adminusername admin adminpassword',
    'leave it out: idpmap logs in as a client, by clientId and clientSecret',
  ],
  [
    /^directories\.[^.]+$/,
    'debuglevel debug cache cacheexpiry cachesize ttl',
    'leave it out: log and cache stand at the top level, for all directories',
  ],
  [
    /^directories\.[^.]+$/,
    'charset encoding optionfile optiongroup requireresultset legacyquery driver engine adapter',
    'leave it out: the type of the directory says it',
  ],
];

/** What to do with a setting `name` of other programs that stands below `where`, a path of the configuration; absent where it is none. */
export const adviceOnNeedless = (where: string, name: string): string | undefined => {
  const folded = foldName(name);
  return NEEDLESS.find(
    ([below, names]) => below.test(where) && names.split(' ').includes(folded),
  )?.[2];
};
