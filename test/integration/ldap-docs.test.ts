import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { check } from '../../src/cli/check/check.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { lookup } from '../../src/cli/lookup.ts';
import { capture, configure } from '../support/command.ts';
import { startDs389 } from '../support/ldap/ds389.ts';
import { startSamba } from '../support/ldap/samba.ts';
import type { LdapServer } from '../support/ldap/server.ts';
import { startSlapd } from '../support/ldap/slapd.ts';
import { describeWith, type Requirement } from '../support/requirement.ts';

/** The page from its chapter on LDAP on. */
const PAGE = readFileSync(join(import.meta.dirname, '../../docs/directories.md'), 'utf8')
  .replace(/^.*^(?=## LDAP)/ms, '')
  // The tests' servers have the same people elsewhere.
  .replaceAll('example.org', 'example.test')
  .replaceAll(/(dc)=org/gi, '$1=test');

/** The page's examples in one language. */
const examples = (language: string): readonly string[] =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, text = '']) => text,
  );

/** The first example that `isMeant`. */
function example(language: string, isMeant: RegExp): string {
  const found = examples(language).find((text) => isMeant.test(text));
  if (found === undefined) throw new Error(`docs/directories.md has no ${language} for ${isMeant}`);
  return found;
}

/** As much of a configuration as the tests change. */
const configuration = z.looseObject({
  directories: z.object({ staff: z.looseObject({ bind: z.looseObject({}) }) }),
});

/** An example's configuration, with the address and the secrets of a server that runs. */
function configurationFor({ host, securePort, ca, serverName }: LdapServer, preset: string) {
  const { directories, ...rest } = configuration.parse(
    parse(example('yaml', new RegExp(`preset: ${preset}$`, 'm'))),
  );
  const staff = {
    ...directories.staff,
    urls: `ldaps://${host}:${securePort}`,
    tls: { ca, serverName },
    bind: { ...directories.staff.bind, password: { file: 'password' } },
  };
  return stringify({ ...rest, listen: 'unix:socketmap', directories: { staff } });
}

interface Example {
  readonly preset: string;
  readonly needs: readonly Requirement[];
  readonly start: () => Promise<LdapServer>;
  /** Takes all rights from the service account. */
  readonly withdrawal: string;
  /** What the page says that an administrator does. */
  readonly advice: readonly string[];
}

const EXAMPLES: readonly Example[] = [
  {
    preset: 'openldap',
    needs: ['slapd'],
    start: () => startSlapd(),
    withdrawal: `dn: olcDatabase={1}mdb,cn=config
changetype: modify
replace: olcAccess
olcAccess: to attrs=userPassword by anonymous auth by * none
olcAccess: to * by * none
-
delete: olcDbIndex
`,
    advice: [example('ldif', /^olcAccess:/m), example('ldif', /^olcDbIndex:/m)],
  },
  {
    preset: '389ds',
    needs: ['ds389'],
    start: startDs389,
    withdrawal: 'dn: dc=example,dc=test\nchangetype: modify\ndelete: aci\n',
    advice: [example('ldif', /^aci:/m)],
  },
];

/** What the maps say of people and groups, whatever the server. */
const ANSWERS = [
  { map: 'user-exists', key: 'ann@example.test', answer: /^OK ann@example\.test$/ },
  { map: 'user-exists', key: 'lou@example.test', answer: /^OK lou@example\.test$/ },
  { map: 'user-exists', key: 'cy@example.test', answer: /^NOTFOUND$/ },
  { map: 'user-exists', key: 'nobody@example.test', answer: /^NOTFOUND$/ },
  { map: 'virtual-aliases', key: 'a.smith@example.test', answer: /^OK ann@example\.test$/ },
  { map: 'sender-logins', key: 'bob@example.test', answer: /^OK .*\bbob@example\.test$/ },
  { map: 'virtual-aliases', key: 'external@example.test', answer: /^OK bob@example\.test/ },
];

/** The commands that the page tells to try. */
const run = async (server: LdapServer, preset: string) => {
  const files = { 'idpmap.yaml': configurationFor(server, preset), password: server.password };
  const { config, place } = await configure(files);
  return {
    check: () => capture(() => check({ config, queueDirectory: place })),
    lookup: (map: string, key: string) => capture(() => lookup(map, key, { config, direct: true })),
  };
};

/** The page's configuration on a server that is set up as it says. */
function testConfiguration(preset: string, server: () => LdapServer): void {
  test('has a configuration that passes the check', async () => {
    const { code, text } = await (await run(server(), preset)).check();
    expect([code, text]).toEqual([EXIT.ok, expect.stringContaining('shows people')]);
  });

  test.each(ANSWERS)('answers $map $key', async ({ map, key, answer }) => {
    const { text } = await (await run(server(), preset)).lookup(map, key);
    expect(text.trimEnd()).toMatch(answer);
  });
}

describe.each(EXAMPLES)('docs/directories.md', (each) => {
  const { preset, needs, start, withdrawal, advice } = each;
  describeWith(needs, `for ${preset}`, () => {
    let server: LdapServer;
    beforeAll(async () => {
      server = await start();
      await server.modify(withdrawal);
    });
    afterAll(() => server?.remove());

    test('gives rights that are needed', async () => {
      const { code, text } = await (await run(server, preset)).check();
      expect([code, text]).toEqual([EXIT.temporary, expect.stringContaining('failed')]);
    });

    describe('once they are given', () => {
      beforeAll(async () => {
        for (const ldif of advice) await server.modify(ldif);
      });
      testConfiguration(preset, () => server);
    });
  });
});

describeWith(['root', 'samba', 'slapd'], 'docs/directories.md for active-directory', () => {
  let server: LdapServer;
  beforeAll(async () => {
    server = await startSamba();
  });
  afterAll(() => server?.remove());
  testConfiguration('active-directory', () => server);
});
