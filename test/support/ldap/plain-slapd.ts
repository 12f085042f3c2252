import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePorts } from '../loopback.ts';
import { makeTemporaryDirectory } from '../temporary.ts';
import { administerAs } from './administrator.ts';
import { formatLdif, type NewEntry } from './ldif.ts';
import { run } from './run.ts';
import { type LdapServer, startServer } from './server.ts';

/** What a tree of a test's own holds. */
export interface PlainTree {
  /** Empty: all names, so that a search from the root finds them. */
  readonly suffix: string;
  readonly entries: readonly NewEntry[];
}

/** Who may read everything but passwords. */
export const READER = { dn: 'cn=reader', password: 'reader-secret' };

const SCHEMAS = ['core', 'cosine', 'inetorgperson', 'misc', 'nis'];

/** Starts OpenLDAP with a tree of a test's own, without TLS. */
export async function startPlainSlapd({ suffix, entries }: PlainTree): Promise<LdapServer> {
  const directory = await makeTemporaryDirectory('idpmap-plain-slapd');
  const { path } = directory;
  const config = join(path, 'slapd.conf');
  await mkdir(join(path, 'data'));
  await writeFile(
    config,
    [
      ...SCHEMAS.map((name) => `include /etc/ldap/schema/${name}.schema`),
      // What Postfix asks for where nothing else is said. The number is an example of OpenLDAP's.
      "attributetype ( 1.1.2.1.9 NAME 'maildrop' EQUALITY caseIgnoreIA5Match SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 )",
      'modulepath /usr/lib/ldap',
      'moduleload back_mdb',
      'database mdb',
      `suffix "${suffix}"`,
      `rootdn "${READER.dn}${suffix === '' ? '' : `,${suffix}`}"`,
      `rootpw ${READER.password}`,
      `directory ${join(path, 'data')}`,
      // Room for a bench's people; it is no memory until it is used.
      'maxsize 1073741824',
      'index objectClass,mail eq',
      'access to * by * none',
      '',
    ].join('\n'),
  );
  await run('/usr/sbin/slapadd', ['-q', '-f', config], formatLdif(entries));
  const [port = 0] = await findFreePorts(1);
  const url = `ldap://127.0.0.1:${port}`;
  const bindDn = `${READER.dn}${suffix === '' ? '' : `,${suffix}`}`;
  return startServer(
    {
      name: 'openldap',
      host: '127.0.0.1',
      port,
      securePort: port,
      ca: '',
      serverName: '',
      bindDn,
      password: READER.password,
      base: suffix,
      accountsBase: suffix,
      groupsBase: suffix,
      dn: (id) => id,
    },
    { command: '/usr/sbin/slapd', parameters: ['-d', '0', '-f', config, '-h', url], directory },
    administerAs({ dn: bindDn, password: READER.password }, url),
  );
}
