import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from '../../test/support/ldap/run.ts';
import type { LdapServer } from '../../test/support/ldap/server.ts';
import { accountAt } from '../questions.ts';
import type { Stage } from '../stage.ts';

export const dnAt = (index: number, { base }: Pick<LdapServer, 'base'>): string =>
  `uid=user${index},ou=mirrored,${base}`;

/** Puts people, each with two aliases, into the files of a slapd while it is down. */
export async function fillSlapd(server: LdapServer, count: number): Promise<void> {
  const place = dirname(server.ldapi ?? '');
  await server.stop();
  const people = Array.from({ length: count }, (_, i) =>
    [
      `dn: ${dnAt(i, server)}`,
      'objectClass: inetOrgPerson',
      'objectClass: mailRecipient',
      `uid: user${i}`,
      'cn: u',
      'sn: u',
      `mail: ${accountAt(i)}`,
      `mailAlternateAddress: u${i}.a@example.com`,
      `mailAlternateAddress: u${i}.b@example.com`,
      '',
    ].join('\n'),
  );
  const unit = `dn: ou=mirrored,${server.base}\nobjectClass: organizationalUnit\nou: mirrored\n`;
  const ldif = [unit, ...people].join('\n');
  await run('/usr/sbin/slapadd', ['-q', '-n', '1', '-F', join(place, 'slapd.d')], ldif);
  await server.start();
}

/** The settings of a directory of those. */
export function slapdSection(server: LdapServer, { directory }: Stage): object {
  const file = join(directory, 'password');
  writeFileSync(file, server.password, { mode: 0o600 });
  return {
    type: 'ldap',
    urls: [`ldap://${server.host}:${server.port}`],
    bind: { dn: server.bindDn, password: { file } },
    preset: 'openldap',
    base: server.base,
    searchTimeout: '5s',
    accounts: { base: `ou=mirrored,${server.base}` },
    groups: { base: server.groupsBase },
  };
}
