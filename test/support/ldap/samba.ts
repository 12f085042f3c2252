import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AD_BASE,
  AD_REALM,
  AD_SERVICE,
  activeDirectoryDn,
  activeDirectoryEntries,
  nestedTeamsLdif,
  unicodePassword,
} from './active-directory-entries.ts';
import { certificateFiles, makeCertificates, SERVER_NAME } from './certificates.ts';
import { formatLdif } from './ldif.ts';
import { run } from './run.ts';
import {
  SAMBA_DOMAIN,
  SAMBA_HOST,
  SAMBA_NETBIOS_NAME,
  type SambaOptions,
  sambaConfig,
} from './samba-config.ts';
import { type LdapServer, startServer } from './server.ts';
import { copyTree } from './tree.ts';

export type { SambaOptions } from './samba-config.ts';

const PROGRAM = '/usr/sbin/samba';

/**
 * Starts Samba's Active Directory on ports 389 and 636 of 127.0.0.9, which are fixed: there is one at a time. The process
 * must be root's.
 */
export async function startSamba(options: SambaOptions = {}): Promise<LdapServer> {
  const directory = await copyTree({ name: 'samba', program: PROGRAM, build });
  const { path } = directory;
  const config = join(path, 'smb.conf');
  await writeFile(config, sambaConfig(path, options));
  return startServer(
    {
      name: 'active-directory',
      host: SAMBA_HOST,
      port: 389,
      securePort: 636,
      ca: certificateFiles(path).ca,
      serverName: SERVER_NAME,
      bindDn: AD_SERVICE.dn,
      password: AD_SERVICE.password,
      base: AD_BASE,
      accountsBase: `OU=People,${AD_BASE}`,
      groupsBase: `OU=Groups,${AD_BASE}`,
      dn: activeDirectoryDn,
    },
    {
      command: PROGRAM,
      // In the foreground, and in the process group that it was started in.
      parameters: ['-F', '--no-process-group', '-s', config],
      directory,
    },
    {
      modify: (ldif) => changeDatabase('ldbmodify', path, ldif),
      setPassword: (password) => changeDatabase('ldbmodify', path, passwordLdif(password)),
    },
  );
}

async function build(directory: string): Promise<void> {
  await provision(directory);
  await makeCertificates(directory, 'CN=client');
  await mkdir(join(directory, 'run'));
  await writeFile(join(directory, 'smb.conf'), sambaConfig(directory));
  await changeDatabase('ldbmodify', directory, POLICY);
  await changeDatabase('ldbadd', directory, formatLdif(activeDirectoryEntries()));
  await changeDatabase('ldbmodify', directory, nestedTeamsLdif());
}

async function provision(directory: string): Promise<void> {
  await run('samba-tool', [
    'domain',
    'provision',
    `--targetdir=${directory}`,
    `--realm=${AD_REALM.toUpperCase()}`,
    `--domain=${SAMBA_DOMAIN}`,
    `--host-name=${SAMBA_NETBIOS_NAME}`,
    '--host-ip=127.0.0.1',
    '--server-role=dc',
    '--dns-backend=NONE',
    '--use-rfc2307',
    '--adminpass=Administrator-secret-1',
    '--option=interfaces=lo',
    '--option=bind interfaces only=yes',
  ]);
}

/** Tests choose passwords as they like. */
const POLICY = `dn: ${AD_BASE}
changetype: modify
replace: pwdProperties
pwdProperties: 0
-
replace: pwdHistoryLength
pwdHistoryLength: 0
-
replace: minPwdLength
minPwdLength: 0
`;

function passwordLdif(password: string): string {
  const value = unicodePassword(password).toString('base64');
  return `dn: ${AD_SERVICE.dn}\nchangetype: modify\nreplace: unicodePwd\nunicodePwd:: ${value}\n`;
}

/** Changes the database beside the server, which sees it at once. */
async function changeDatabase(
  tool: 'ldbadd' | 'ldbmodify',
  directory: string,
  ldif: string,
): Promise<void> {
  const database = join(directory, 'private', 'sam.ldb');
  await run(tool, [`--configfile=${join(directory, 'smb.conf')}`, '-H', database, '-i'], ldif);
}
