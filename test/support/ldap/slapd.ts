import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePorts } from '../loopback.ts';
import { administerAs } from './administrator.ts';
import { certificateFiles, makeCertificates, SERVER_NAME } from './certificates.ts';
import { BASE, type InetDialect, inetDn, inetEntries, SERVICE } from './inet-entries.ts';
import { formatLdif } from './ldif.ts';
import { run } from './run.ts';
import { type LdapServer, startServer } from './server.ts';
import { ADMINISTRATOR, type SlapdOptions, slapdConfig } from './slapd-config.ts';
import { copyTree } from './tree.ts';

export type { SlapdOptions } from './slapd-config.ts';

const PROGRAM = '/usr/sbin/slapd';

/** A time without end locks for good (slapo-ppolicy(5)), any other one until a wait is over. */
const CLOSED = { mailEnabled: 'FALSE', pwdAccountLockedTime: '000001010000Z' };

const DIALECT: InetDialect = {
  base: { o: 'example', dc: 'example' },
  states: {
    enabled: {},
    disabled: CLOSED,
    shared: { ...CLOSED, employeeType: 'shared' },
    locked: { pwdAccountLockedTime: '20260101000000Z' },
  },
  groupClass: 'groupOfNames',
  memberAttribute: 'member',
  // A groupOfNames has a member; administrators of empty ones write the empty name.
  nobody: [''],
  storedPassword: SERVICE.password,
};

/** Starts OpenLDAP's slapd on free ports of 127.0.0.1 and on a Unix socket. */
export async function startSlapd(options: SlapdOptions = {}): Promise<LdapServer> {
  const directory = await copyTree({ name: 'slapd', program: PROGRAM, build });
  const { path } = directory;
  await configure(path, options);
  const [port = 0, securePort = 0] = await findFreePorts(2);
  const ldapi = join(path, 'ldapi');
  const socket = `ldapi://${encodeURIComponent(ldapi)}`;
  const urls = `ldap://127.0.0.1:${port} ldaps://127.0.0.1:${securePort} ${socket}`;
  const { ca, clientCert, clientKey } = certificateFiles(path);
  return startServer(
    {
      name: 'openldap',
      host: '127.0.0.1',
      port,
      securePort,
      ldapi,
      ca,
      serverName: SERVER_NAME,
      clientCertificate: { cert: clientCert, key: clientKey },
      bindDn: SERVICE.dn,
      password: SERVICE.password,
      base: BASE,
      accountsBase: `ou=people,${BASE}`,
      groupsBase: `ou=groups,${BASE}`,
      dn: inetDn,
    },
    {
      command: PROGRAM,
      // With a debug level, even 0, it stays in the foreground.
      parameters: ['-d', '0', '-F', join(path, 'slapd.d'), '-h', urls],
      directory,
    },
    administerAs(ADMINISTRATOR, socket),
  );
}

async function build(directory: string): Promise<void> {
  // The certificate's subject is the name of the service account, so EXTERNAL needs no mapping.
  await makeCertificates(directory, '1.DC=test\n2.DC=example\nOU=services\nCN=idpmap');
  await mkdir(join(directory, 'data'));
  const config = await configure(directory);
  const entries = formatLdif(inetEntries(DIALECT));
  await run('/usr/sbin/slapadd', ['-q', '-n', '1', '-F', config], entries);
}

/** The configuration holds the place where it lies, so each start makes its own. */
async function configure(directory: string, options?: SlapdOptions): Promise<string> {
  const config = join(directory, 'slapd.d');
  await rm(config, { recursive: true, force: true });
  await mkdir(config);
  await run('/usr/sbin/slapadd', ['-n', '0', '-F', config], slapdConfig(directory, options));
  return config;
}
