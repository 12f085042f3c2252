import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { isBuilt, type ToolName } from './tools/tools.ts';

/** Servers lie in `sbin`, which is not on everybody's path. */
const PATH = `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`;

/** What tests may need of the machine: how to tell that it is there, and what to do where it is not. */
const REQUIREMENTS = {
  root: { isMet: () => process.getuid?.() === 0, remedy: 'run as root' },
  postfix: { isMet: () => isInstalled('postconf'), remedy: 'apt-get install postfix' },
  dovecot: {
    isMet: () => ['dovecot', 'doveadm'].every(isInstalled) && existsSync('/usr/lib/dovecot/lmtp'),
    remedy: 'apt-get install dovecot-lmtpd dovecot-core',
  },
  netcat: { isMet: () => isInstalled('nc'), remedy: 'apt-get install netcat-openbsd' },
  openssl: { isMet: () => isInstalled('openssl'), remedy: 'apt-get install openssl' },
  slapd: {
    isMet: () => ['slapd', 'ldapmodify', 'openssl'].every(isInstalled),
    remedy: 'apt-get install slapd ldap-utils openssl',
  },
  ds389: {
    isMet: () => ['ns-slapd', 'certutil', 'ldapmodify', 'openssl'].every(isInstalled),
    remedy: 'apt-get install 389-ds-base ldap-utils libnss3-tools openssl',
  },
  samba: {
    isMet: () => ['samba', 'samba-tool', 'ldbmodify', 'openssl'].every(isInstalled),
    remedy:
      'apt-get install samba-ad-dc samba-ad-provision samba-dsdb-modules samba-vfs-modules ldb-tools winbind openssl',
  },
  keycloak: {
    isMet: () => ['mvn', 'tar', 'openssl'].every(isInstalled) && javaVersion() >= 17,
    remedy: 'apt-get install default-jre-headless maven openssl',
  },
  mariadb: {
    isMet: () =>
      process.getuid?.() === 0 &&
      ['mariadbd', 'mariadb', 'mariadb-dump', 'mariadb-install-db'].every(isInstalled),
    remedy: 'as root: apt-get install mariadb-server',
  },
  postgresql: {
    isMet: () =>
      process.getuid?.() === 0 &&
      ['psql', 'setpriv'].every(isInstalled) &&
      existsSync('/usr/lib/postgresql'),
    remedy: 'as root: apt-get install postgresql',
  },
  redis: { isMet: () => isInstalled('redis-server'), remedy: 'apt-get install redis-server' },
  faketime: { isMet: () => isInstalled('faketime'), remedy: 'apt-get install faketime' },
  valkey: built('valkey-server'),
  pgbouncer: { isMet: () => isInstalled('pgbouncer'), remedy: 'apt-get install pgbouncer' },
  prometheus: {
    isMet: () => ['prometheus', 'promtool'].every(isInstalled),
    remedy: 'apt-get install prometheus',
  },
  man: { isMet: () => isInstalled('man'), remedy: 'apt-get install man-db' },
  curl: { isMet: () => isInstalled('curl'), remedy: 'apt-get install curl' },
  chromium: { isMet: () => isInstalled('chromium'), remedy: 'apt-get install chromium' },
  postfixLdap: {
    isMet: () => isInstalled('postconf') && mapTypes().includes('ldap'),
    remedy: 'apt-get install postfix-ldap',
  },
  postfixSql: {
    isMet: () =>
      isInstalled('postconf') &&
      ['pgsql', 'mysql', 'sqlite'].every((type) => mapTypes().includes(type)),
    remedy: 'apt-get install postfix-pgsql postfix-mysql postfix-sqlite',
  },
  mtaSts: {
    isMet: () => isInstalled('mta-sts-daemon'),
    remedy: 'apt-get install postfix-mta-sts-resolver',
  },
  podman: {
    isMet: () => ['podman', 'buildah', 'runc', 'mmdebstrap', 'catatonit'].every(isInstalled),
    remedy: 'apt-get install podman buildah runc netavark mmdebstrap catatonit',
  },
  namespaces: {
    isMet: () => process.getuid?.() === 0 && isInstalled('unshare'),
    remedy: 'as root: apt-get install util-linux',
  },
  zsh: { isMet: () => isInstalled('zsh'), remedy: 'apt-get install zsh' },
  rpm: { isMet: () => isInstalled('rpm'), remedy: 'apt-get install rpm' },
  nfpm: built('nfpm'),
  systemd: { isMet: () => isInstalled('systemd-analyze'), remedy: 'apt-get install systemd' },
  helm: built('helm'),
  helmUnittest: built('helm-unittest'),
  helmDocs: built('helm-docs'),
  kubeconform: built('kubeconform'),
  actionlint: built('actionlint'),
  composeGo: built('compose-go'),
  hadolint: built('hadolint'),
  sendmail: built('sendmail-mta'),
  sendmailCf: built('sendmail-cf'),
  opensmtpd: built('opensmtpd'),
  exim: built('exim'),
  kubeApiserver: {
    isMet: () => isBuilt('kube-apiserver') && isInstalled('etcd'),
    remedy: `${built('kube-apiserver').remedy}, apt-get install etcd-server`,
  },
} as const;

/** One thing that a test may need; `.ci/run` installs the packages. */
export type Requirement = keyof typeof REQUIREMENTS;

/**
 * A `describe` for tests that need something of the machine. Where that is absent they are skipped, and the title says
 * what to install; with `CI=true` one failed test stands in their place, so that a machine of ours skips nothing.
 */
export function describeWith(
  requirements: readonly Requirement[],
  title: string,
  body: () => void,
): void {
  const remedies = missing(requirements);
  const isSkipped = remedies !== '' && process.env['CI'] !== 'true';
  const suite = isSkipped ? describe.skip : describe;
  if (remedies === '') suite(title, body);
  else if (isSkipped) suite(`${title} (skipped: ${remedies})`, body);
  else suite(`${title} (missing: ${remedies})`, () => failFor(remedies));
}

function failFor(remedies: string): void {
  test('this machine has what it needs', () => {
    throw new Error(`these tests cannot run here: ${remedies}`);
  });
}

/** What to do so that all `requirements` are met, in words; empty where they are. */
export function missing(requirements: readonly Requirement[]): string {
  return requirements
    .map((name) => REQUIREMENTS[name])
    .filter(({ isMet }) => !isMet())
    .map(({ remedy }) => remedy)
    .join(', ');
}

/** A tool that is not a package of Debian's. */
function built(name: ToolName) {
  return { isMet: () => isBuilt(name), remedy: `node test/support/tools/install.ts ${name}` };
}

/** The kinds of maps that this machine's Postfix can read. */
function mapTypes(): readonly string[] {
  return execFileSync('postconf', ['-m'], { encoding: 'utf8', env: { PATH } }).split('\n');
}

/** The major version of Java; 0 where there is none. */
function javaVersion(): number {
  const javaHome = process.env['JAVA_HOME'] ?? '';
  const command = javaHome === '' ? 'java' : join(javaHome, 'bin', 'java');
  // It tells on standard error: openjdk version "17.0.15" 2025-04-15.
  const { stderr } = spawnSync(command, ['-version'], { encoding: 'utf8', env: { PATH } });
  return Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0);
}

function isInstalled(command: string): boolean {
  return PATH.split(':').some((directory) => isExecutable(join(directory, command)));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
