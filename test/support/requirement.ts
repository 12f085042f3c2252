import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'vitest';

/** Servers lie in `sbin`, which is not on everybody's path. */
const PATH = `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`;

/** What tests may need of the machine: how to tell that it is there, and what to do where it is not. */
const REQUIREMENTS = {
  root: { isMet: () => process.getuid?.() === 0, remedy: 'run as root' },
  postfix: { isMet: () => isInstalled('postconf'), remedy: 'apt-get install postfix' },
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
  postfixLdap: {
    isMet: () => isInstalled('postconf') && mapTypes().includes('ldap'),
    remedy: 'apt-get install postfix-ldap',
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

/** The kinds of maps that this machine's Postfix can read. */
function mapTypes(): readonly string[] {
  return execFileSync('postconf', ['-m'], { encoding: 'utf8', env: { PATH } }).split('\n');
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
