import { describe, expect, onTestFinished, test } from 'vitest';
import { keycloakSection, openKeycloakForTest } from '../../support/keycloak/directory.ts';
import type { KeycloakServer } from '../../support/keycloak/keycloak.ts';
import {
  ALIAS_ATTRIBUTE,
  GROUP_ATTRIBUTE,
  type Representation,
} from '../../support/keycloak/people.ts';
import { findUser } from '../../support/keycloak/subject.ts';
import { plain } from '../../support/plain.ts';

const REALM = '/realms/mail';

/** Values as administrators and imports leave them, and the address that each means. */
const ALIASES = [
  [' spaced@example.test ', 'spaced@example.test'],
  ['MAILTO:linked@example.test', 'linked@example.test'],
  ['Bob <named@example.test>', 'named@example.test'],
  ['ended@example.test\n', 'ended@example.test'],
  ['"q a"@example.test', '"q a"@example.test'],
  ['Upper.Case@Example.TEST', 'upper.case@example.test'],
] as const;

const GROUPS = [
  ['Board@example.test', 'board@example.test'],
  ['blank@example.test ', 'blank@example.test'],
  ['mailto:linkedgroup@example.test', 'linkedgroup@example.test'],
  ['The Group <namedgroup@example.test>', 'namedgroup@example.test'],
] as const;

/** Registers that addresses are found however they were written. */
export function describeSpellings(server: () => KeycloakServer): void {
  const open = async () => {
    const directory = plain(await openKeycloakForTest(keycloakSection(server(), 'http')));
    return (key: string) => directory.find(key, new AbortController().signal);
  };

  describe('values in other spellings', () => {
    test('are found as aliases', async () => {
      const { admin } = server();
      const bob = await findUser(server(), 'bob');
      const attributes = Object(bob['attributes']);
      const put = (values: readonly unknown[]) =>
        admin('PUT', `${REALM}/users/${String(bob['id'])}`, {
          ...bob,
          attributes: { ...attributes, [ALIAS_ATTRIBUTE]: values },
        });
      await put(ALIASES.map(([value]) => value));
      onTestFinished(() => put(attributes[ALIAS_ATTRIBUTE] ?? []).then(() => {}));
      const find = await open();
      for (const [value, key] of ALIASES) {
        expect([value, await find(key)]).toMatchObject([value, [{ address: 'bob@example.test' }]]);
      }
      expect(await find('paced@example.test')).toEqual([]);
      expect(await find('case@example.test')).toEqual([]);
    });

    test('are found as groups at all depths, and told by check', async () => {
      const { admin } = server();
      const ann = await findUser(server(), 'ann');
      const make = async (above: string, value?: string): Promise<string> => {
        const attributes = value === undefined ? {} : { [GROUP_ATTRIBUTE]: [value] };
        const name = value?.replaceAll(/\W/g, '') ?? 'department';
        const group: Representation = { name, attributes };
        return Object(await admin('POST', above, group)).id;
      };
      const top = await make(`${REALM}/groups`);
      onTestFinished(() => admin('DELETE', `${REALM}/groups/${top}`).then(() => {}));
      for (const [value] of GROUPS) {
        const id = await make(`${REALM}/groups/${top}/children`, value);
        await admin('PUT', `${REALM}/users/${String(ann['id'])}/groups/${id}`, {});
      }
      const directory = await openKeycloakForTest(keycloakSection(server(), 'http'));
      const { signal } = new AbortController();
      // The first none waits for the self-check, and by then all groups are read.
      await plain(directory).find('nobody@example.test', signal);
      for (const [value, key] of GROUPS) {
        const found = await plain(directory).find(key, signal);
        const group = { kind: 'group', members: ['ann@example.test'] };
        expect([value, found]).toMatchObject([value, [group]]);
      }
      const remarks = (await directory.inspect?.(signal)) ?? [];
      expect(remarks).toContainEqual({
        level: 'warning',
        text: expect.stringContaining('Board@example.test'),
      });
    });
  });
}
