import { describe, expect, test } from 'vitest';
import type { Directory } from '../../../src/directory/directory.ts';
import { startInstance } from '../../support/instance.ts';
import { configOf, keycloakSection } from '../../support/keycloak/directory.ts';
import type { KeycloakServer } from '../../support/keycloak/keycloak.ts';
import { plain } from '../../support/plain.ts';

/** Keys that a pattern, a query of Keycloak's or a URL could take for more than they are. */
const HOSTILE: readonly string[] = [
  '',
  '%',
  '*',
  '_',
  '@',
  '%@example.test',
  '*@example.test',
  '___@example.test',
  '"x" mailAlias:a.smith@example.test',
  'x mailAlias:a.smith@example.test',
  'nobody@example.test"',
  'nobody@example.test&email=ann@example.test',
  'nobody@example.test&exact=false',
  'email:ann@example.test',
  'ann@example.test\0',
  '\0ann@example.test',
  'ann@example.test\n',
  'ann\n@example.test',
  'a%6en@example.test',
  'ann@example.test#',
  'service-account-idpmap',
  'service-account-idpmap@example.test',
  `${'a'.repeat(20_000)}@example.test`,
  `ann@${'example.'.repeat(2500)}test`,
];

/** Addresses that hold what means something elsewhere; each is found as itself only. */
const ODD: readonly (readonly [key: string, found: readonly string[]])[] = [
  ['per%cent@example.test', ['per%cent@example.test']],
  ['under_score@example.test', ['under_score@example.test']],
  ['a+b@example.test', ['a+b@example.test']],
  ['a b@example.test', []],
  ["o'hara@example.test", ["o'hara@example.test"]],
  ['x*y@example.test', ['x*y@example.test']],
  ['uwe.upper@example.test', ['uwe.upper@example.test']],
  ['office.upper@example.test', ['uwe.upper@example.test']],
  ['ulf@xn--bcher-kva.example', ['ulf@xn--bcher-kva.example']],
];

/** Registers what keys do that nobody means well with, and those that only look so. */
export function describeHostileKeys(
  server: () => KeycloakServer,
  directory: () => Directory,
): void {
  const find = (key: string) => plain(directory()).find(key, new AbortController().signal);

  describe('keys', () => {
    test.each(HOSTILE.map((key) => [shorten(key), key]))('find nobody: %j', async (_, key) => {
      expect(await find(key)).toEqual([]);
    });

    test.each([
      '"x\\" mailAlias:\\"a.smith@example.test"@example.test',
      '"\\""@example.test',
      '"a b"@example.test',
      '"*"@example.test',
    ])('find nobody by %j, which has to be written for a search by attribute', async (key) => {
      expect(await find(key)).toEqual([]);
    });

    test.each(ODD)('find by %s only %j', async (key, found) => {
      expect((await find(key)).map(({ address }) => address)).toEqual(found);
    });

    test.each(['user-exists', 'virtual-aliases', 'sender-logins', 'relay-recipients'])(
      'are no more to %s over the wire',
      async (map) => {
        const { ask } = await startInstance({
          config: configOf(keycloakSection(server(), 'http'), { deadline: '5s' }),
        });
        // They are nobody's domain's, or nobody's there; until the directory is ready that is deferred.
        const replies = new Set<string>();
        for (const key of HOSTILE.filter((each) => each.length < 10_000)) {
          replies.add(await ask(map, key));
        }
        expect([...replies].filter((reply) => reply.startsWith('OK'))).toEqual([]);
      },
    );
  });
}

const shorten = (key: string): string => (key.length > 60 ? `${key.slice(0, 60)}…` : key);
