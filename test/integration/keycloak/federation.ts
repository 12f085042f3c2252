import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createKept } from '../../../src/directory/trust/kept.ts';
import { makeClient } from '../../support/keycloak/clients.ts';
import { keycloakSection, loginOf, openKeycloakForTest } from '../../support/keycloak/directory.ts';
import type { KeycloakServer } from '../../support/keycloak/keycloak.ts';
import type { Representation } from '../../support/keycloak/people.ts';
import { verdict } from '../../support/ldap/faults.ts';
import type { LdapServer } from '../../support/ldap/server.ts';
import { startSlapd } from '../../support/ldap/slapd.ts';
import { plain } from '../../support/plain.ts';
import { describeWith } from '../../support/requirement.ts';
import { createRoled } from './roled.ts';

const REALM = 'federated';
/** The id of what makes Keycloak ask the directory. */
const STORAGE = 'ldap';
/** Who is imported by two questions at a time may be missing in one of them. */
const PATIENCE = { timeout: 10_000 };

/** Registers what a realm comes to whose users lie in a directory behind Keycloak. Its tests build on each other. */
export function describeFederation(server: () => KeycloakServer): void {
  const open = (federation: 'auto' | 'none' | 'synced' | 'live') =>
    openKeycloakForTest(keycloakSection(server(), 'http', { realm: REALM, federation }));

  describeWith(['slapd'], 'a realm with a directory behind it', () => {
    let ldap: LdapServer;

    beforeAll(async () => {
      ldap = await startSlapd();
      await server().admin('POST', '/realms', makeFederated(ldap));
    });

    afterAll(async () => {
      await server()?.admin('DELETE', `/realms/${REALM}`);
      await ldap?.remove();
    });

    test('knows by the realm that there is a storage, though nobody of it was ever shown', async () => {
      const kept = createKept();
      const client = await createRoled(server(), ['view-users', 'view-realm'], {}, REALM);
      onTestFinished(() => client.remove());
      const section = keycloakSection(server(), 'http', {
        realm: REALM,
        federation: 'auto',
        ...loginOf(client.clientId),
      });
      await ldap.stop();
      try {
        const directory = await openKeycloakForTest(section, { kept });
        expect(await verdict(directory, 'nobody@example.test')).not.toBe('none');
        const known = { storage: expect.stringMatching(/has the user storage ldap/) };
        await expect.poll(() => kept.read('federation'), PATIENCE).toMatchObject(known);
      } finally {
        await ldap.start();
      }
      // After a restart too, whoever is shown then.
      const directory = await openKeycloakForTest(section, { kept });
      await expect
        .poll(() => verdict(directory, 'nobody@example.test'), PATIENCE)
        .toMatch(/has the user storage ldap/);
    });

    test('finds who lies there, and believes nobody absent where that is not configured', async () => {
      const directory = await open('none');
      await expect.poll(() => verdict(directory, 'ann@example.test'), PATIENCE).toBe('found');
      expect(await verdict(directory, 'nobody@example.test')).toMatch(
        /user "\w+" comes from a directory behind Keycloak.*set federation: synced/,
      );
    });

    test('believes nobody absent where it may not see whether users come from elsewhere', async () => {
      const directory = await open('auto');
      expect(await verdict(directory, 'nobody@example.test')).toMatch(
        /comes from a directory behind Keycloak|--rolename view-realm/,
      );
    });

    test('believes nobody absent while users are fetched one by one', async () => {
      const directory = await open('live');
      expect(await verdict(directory, 'nobody@example.test')).toMatch(/with federation: live/);
    });

    test('knows everybody once all are imported', async () => {
      await server().admin(
        'POST',
        `/realms/${REALM}/user-storage/${STORAGE}/sync?action=triggerFullSync`,
      );
      const directory = await open('synced');
      expect(await verdict(directory, 'bob@example.test')).toBe('found');
      expect(await verdict(directory, 'nobody@example.test')).toBe('none');
    });

    test('believes nobody disabled whom Keycloak shows so because the directory is down', async () => {
      const directory = await open('synced');
      await ldap.stop();
      onTestFinished(() => ldap.start());
      const [row] = Object(
        await server().admin('GET', `/realms/${REALM}/users?username=bob&exact=true`),
      );
      expect(row).toMatchObject({ enabled: false });
      expect(await verdict(directory, 'bob@example.test')).toMatch(
        /shows user "bob" as disabled and finds them among the enabled/,
      );
    });

    test('believes that somebody is disabled whom Keycloak itself has disabled', async () => {
      const directory = await open('synced');
      const { admin } = server();
      const path = `/realms/${REALM}/users`;
      const [bob] = Object(await admin('GET', `${path}?username=bob&exact=true`));
      await admin('PUT', `${path}/${bob.id}`, { ...bob, enabled: false });
      const found = await plain(directory).find('bob@example.test', new AbortController().signal);
      expect(found).toMatchObject([{ enabled: false }]);
    });
  });
}

/** Keycloak's own. */
const LOCAL: Representation = { username: 'local', email: 'local@example.test', enabled: true };

/** A realm whose users are those of slapd but for the crowd, imported when they are asked for. */
function makeFederated(ldap: LdapServer): Representation {
  const { client, user } = makeClient('idpmap', ['view-users']);
  return {
    realm: REALM,
    enabled: true,
    sslRequired: 'none',
    clients: [client],
    users: [user, LOCAL],
    components: {
      'org.keycloak.storage.UserStorageProvider': [
        {
          id: STORAGE,
          name: 'ldap',
          providerId: 'ldap',
          subComponents: { 'org.keycloak.storage.ldap.mappers.LDAPStorageMapper': MAPPERS },
          config: {
            enabled: ['true'],
            priority: ['0'],
            vendor: ['other'],
            connectionUrl: [`ldap://${ldap.host}:${ldap.port}`],
            usersDn: [ldap.accountsBase],
            authType: ['simple'],
            bindDn: [ldap.bindDn],
            bindCredential: [ldap.password],
            customUserSearchFilter: ['(!(uid=u*))'],
            editMode: ['READ_ONLY'],
            usernameLDAPAttribute: ['uid'],
            rdnLDAPAttribute: ['uid'],
            uuidLDAPAttribute: ['entryUUID'],
            userObjectClasses: ['inetOrgPerson'],
            searchScope: ['2'],
            pagination: ['true'],
            importEnabled: ['true'],
            cachePolicy: ['NO_CACHE'],
            connectionTimeout: ['2000'],
            readTimeout: ['2000'],
            trustEmail: ['true'],
          },
        },
      ],
    },
  };
}

const MAPPERS = [
  ['username', 'uid', 'username'],
  ['email', 'mail', 'email'],
  ['last name', 'sn', 'lastName'],
].map(([name, attribute = '', field = '']) => ({
  name,
  providerId: 'user-attribute-ldap-mapper',
  config: {
    'ldap.attribute': [attribute],
    'user.model.attribute': [field],
    'read.only': ['true'],
    'is.mandatory.in.ldap': ['false'],
  },
}));
