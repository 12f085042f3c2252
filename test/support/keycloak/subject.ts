import { onTestFinished } from 'vitest';
import { propertyOf, recordOf } from '../../../src/record.ts';
import type { Subject } from '../conformance/conformance.ts';
import { keycloakSection, openKeycloakForTest, type Road } from './directory.ts';
import type { KeycloakServer } from './keycloak.ts';
import { ALIAS_ATTRIBUTE, type Representation } from './people.ts';

const USERS = '/realms/mail/users';
const GROUPS = '/realms/mail/groups';

/** The people of the realm `mail` as the suite knows them; `server` is there when tests run. */
export function keycloakSubject(server: () => KeycloakServer, road: Road): Subject {
  return {
    lacks: [
      'circles',
      'dangling members',
      'empty groups',
      'external members',
      'shared mailboxes',
      'tables',
    ],
    id: /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/,
    logins: ({ id, mail }) => [id, ...mail.slice(0, 1)],
    open: (limits) => openKeycloakForTest(keycloakSection(server(), road, { groups: limits })),
    addAlias: async (id, alias) => {
      const { admin } = server();
      const user = await findUser(server(), id);
      const attributes = recordOf(user['attributes']);
      const given = attributes[ALIAS_ATTRIBUTE];
      const aliases: readonly unknown[] = Array.isArray(given) ? given : [];
      const put = (values: readonly unknown[]) =>
        admin('PUT', `${USERS}/${String(user['id'])}`, {
          ...user,
          attributes: { ...attributes, [ALIAS_ATTRIBUTE]: values },
        });
      await put([...aliases, alias]);
      onTestFinished(async () => {
        await put(aliases);
      });
    },
    // A group lies in one other at most, so this moves it.
    addMember: async (team, id) => {
      const { admin } = server();
      const above = await findGroup(server(), team);
      const group = await findGroup(server(), id);
      await admin('POST', `${GROUPS}/${String(above['id'])}/children`, group);
      onTestFinished(async () => {
        await admin('POST', GROUPS, group);
      });
    },
  };
}

/** A user of the realm `mail`, as the administrator sees it. */
export const findUser = (server: KeycloakServer, username: string): Promise<Representation> =>
  findIn(server, `${USERS}?username=${username}&exact=true`, { username });

const findGroup = (server: KeycloakServer, name: string): Promise<Representation> =>
  findIn(server, `${GROUPS}?search=${name}&exact=true`, { name });

async function findIn(
  { admin }: KeycloakServer,
  path: string,
  wanted: Readonly<Record<string, string>>,
): Promise<Representation> {
  const rows = await admin('GET', path);
  const isWanted = (row: unknown): boolean =>
    Object.entries(wanted).every(([field, value]) => propertyOf(row, field) === value);
  const found: unknown = Array.isArray(rows) ? rows.find(isWanted) : undefined;
  if (found === undefined) throw new Error(`${path}: there is no such one`);
  return recordOf(found);
}
