import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { findFreePorts } from '../loopback.ts';
import type { TemporaryDirectory } from '../temporary.ts';
import { administerAs } from './administrator.ts';
import { certificateFiles, makeCertificates, SERVER_NAME } from './certificates.ts';
import {
  BACKEND,
  DIRECTORY_MANAGER,
  type Ds389Options,
  type Ds389Ports,
  ds389Config,
  PLACES,
} from './ds389-config.ts';
import { BASE, type InetDialect, inetDn, inetEntries, READABLE, SERVICE } from './inet-entries.ts';
import { formatLdif } from './ldif.ts';
import { run } from './run.ts';
import { type LdapServer, startServer } from './server.ts';
import { copyTree } from './tree.ts';

const PROGRAM = '/usr/sbin/ns-slapd';

const ALSO_READABLE = [
  'nsUniqueId',
  'entryDN',
  'uniqueMember',
  'nsAccountLock',
  'accountUnlockTime',
];

const DIALECT: Omit<InetDialect, 'storedPassword'> = {
  base: {
    o: 'example',
    dc: 'example',
    aci: `(targetattr="${[...READABLE, ...ALSO_READABLE].join(' || ')}")(version 3.0; acl "mail lookups"; allow (read, search, compare) userdn="ldap:///${SERVICE.dn}";)`,
  },
  states: {
    enabled: {},
    disabled: { nsAccountLock: 'true' },
    shared: { nsAccountLock: 'true', employeeType: 'shared' },
    locked: { passwordRetryCount: '3', accountUnlockTime: '20380101000000Z' },
  },
  groupClass: 'groupOfUniqueNames',
  memberAttribute: 'uniqueMember',
  nobody: [],
};

/** Starts 389-DS's ns-slapd on free ports of 127.0.0.1. Who may not see an entry is told that there is none. */
export async function startDs389(options: Ds389Options = {}): Promise<LdapServer> {
  const directory = withSemaphore(await copyTree({ name: 'ds389', program: PROGRAM, build }));
  const { path } = directory;
  const [port = 0, securePort = 0] = await findFreePorts(2);
  await configure(path, { port, securePort }, options);
  return startServer(
    {
      name: '389ds',
      host: '127.0.0.1',
      port,
      securePort,
      ca: certificateFiles(path).ca,
      serverName: SERVER_NAME,
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
      parameters: ['-D', path, '-i', join(path, 'run', 'pid'), '-d', '0'],
      directory,
    },
    administerAs(DIRECTORY_MANAGER, `ldap://127.0.0.1:${port}`),
  );
}

/** The server leaves a semaphore behind, named for its directory. */
function withSemaphore(directory: TemporaryDirectory): TemporaryDirectory {
  const { path } = directory;
  return {
    path,
    remove: async () => {
      await rm(`/dev/shm/sem.${basename(path)}.stats`, { force: true });
      await directory.remove();
    },
  };
}

async function build(directory: string): Promise<void> {
  await makeCertificates(directory, 'CN=client');
  for (const place of PLACES) await mkdir(join(directory, place));
  await copyFile('/etc/dirsrv/schema/99user.ldif', join(directory, 'schema/99user.ldif'));
  for (const name of ['certmap.conf', 'slapd-collations.conf'])
    await copyFile(join('/etc/dirsrv/config', name), join(directory, name));
  await storeCertificates(directory);
  await configure(directory, { port: 389, securePort: 636 });
  await importPeople(directory);
}

/** The configuration holds ports and the place where it lies, so each start makes its own. */
async function configure(
  directory: string,
  ports: Ds389Ports,
  options?: Ds389Options,
): Promise<void> {
  await writeFile(join(directory, 'dse.ldif'), await ds389Config(directory, ports, options));
}

/** NSS reads its own databases only. The nickname is the one in the server's template. */
async function storeCertificates(directory: string): Promise<void> {
  const { ca, cert, key } = certificateFiles(directory);
  const store = `sql:${join(directory, 'certs')}`;
  const bundle = join(directory, 'tmp', 'server.p12');
  const password = 'bundle';
  const content = ['-in', cert, '-inkey', key, '-name', 'Server-Cert'];
  const out = ['-out', bundle, '-passout', `pass:${password}`];
  await run('openssl', ['pkcs12', '-export', ...content, ...out]);
  await run('certutil', ['-N', '-d', store, '--empty-password']);
  await run('certutil', ['-A', '-d', store, '-n', 'authority', '-t', 'CT,,', '-i', ca]);
  await run('pk12util', ['-i', bundle, '-d', store, '-W', password, '-K', '']);
}

/** An import takes passwords as they stand, so the server's own tool makes the hash. */
async function importPeople(directory: string): Promise<void> {
  const hash = await run('pwdhash', ['-D', directory, SERVICE.password]);
  const file = join(directory, 'ldif', 'people.ldif');
  await writeFile(file, formatLdif(inetEntries({ ...DIALECT, storedPassword: hash.trim() })));
  await run(PROGRAM, ['ldif2db', '-D', directory, '-n', BACKEND, '-i', file]);
}
