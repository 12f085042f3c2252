import { onTestFinished } from 'vitest';
import { Secret } from '../../../src/config/sources/secret.ts';
import type { Relay } from '../../../src/directory/hooks.ts';
import { createKeycloakDirectory } from '../../../src/directory/keycloak/keycloak.ts';
import type { KeycloakSettings } from '../../../src/directory/keycloak/settings.ts';
import { createKept } from '../../../src/directory/trust/kept.ts';
import type { Certificate } from '../../support/certificate.ts';
import {
  type Asked,
  type ScriptedKeycloak,
  startScripted,
  user,
} from '../../support/keycloak/script.ts';
import { createNotes, type Notes } from '../../support/notes.ts';
import { type Plain, plain } from '../../support/plain.ts';
import { makeTemporaryDirectory } from '../../support/temporary.ts';
import { until } from '../../support/until.ts';

/** Whether what is remembered under a key, of entries with these ids, is to be forgotten. */
export type IsConcerned = (
  key: string,
  ids: readonly string[],
  kind?: 'account' | 'group',
) => boolean;

/** A directory of a scripted Keycloak. */
export interface Opened {
  readonly keycloak: ScriptedKeycloak;
  readonly directory: Plain;
  readonly notes: Notes;
  /** What is to be forgotten, in order. */
  readonly forgotten: IsConcerned[];
  /** How often all that is remembered was called old. */
  readonly changes: () => number;
  /** How often its domains were called old. */
  readonly domainChanges: () => number;
}

/** Settings as the configuration gives them. */
export const settingsFor = (
  url: string,
  more: Partial<KeycloakSettings> = {},
): KeycloakSettings => ({
  url,
  realm: 'mail',
  clientId: 'idpmap',
  clientSecret: new Secret('hush'),
  tls: {},
  addressFrom: 'email',
  logins: ['username', 'email'],
  emailVerified: 'any',
  federation: 'none',
  proof: 'users',
  events: 'off',
  selfCheck: 60_000,
  groups: { depth: 10, members: 1000 },
  connections: 4,
  ...more,
});

/** Starts a scripted Keycloak, which goes when the test does. */
export async function start(certificate?: Certificate): Promise<ScriptedKeycloak> {
  const keycloak = await startScripted(certificate);
  onTestFinished(() => keycloak.stop());
  return keycloak;
}

/** Opens a directory of `keycloak` until the test ends. */
export function openOn(
  keycloak: ScriptedKeycloak,
  more: Partial<KeycloakSettings> = {},
  kept = createKept(),
  relay?: Relay,
): Omit<Opened, 'keycloak'> {
  const notes = createNotes();
  const forgotten: IsConcerned[] = [];
  let changes = 0;
  let domainChanges = 0;
  const directory = createKeycloakDirectory(settingsFor(keycloak.url, more), {
    name: 'people',
    log: notes.log,
    kept,
    ...(relay && { relay }),
    changed: (concern) => {
      if (concern === 'everything') changes += 1;
      else
        forgotten.push(
          (key, ids, kind = 'account') =>
            concern.addresses.has(key) ||
            ids.some((id) => concern.ids.has(id)) ||
            (concern.groups === 'all' && kind === 'group'),
        );
    },
    delimiters: '+',
    domainsChanged: () => {
      domainChanges += 1;
    },
  });
  onTestFinished(() => directory.close());
  return {
    directory: plain(directory),
    notes,
    forgotten,
    changes: () => changes,
    domainChanges: () => domainChanges,
  };
}

/** Starts a Keycloak and opens its directory, whose first self-check is over. */
export async function open(more: Partial<KeycloakSettings> = {}): Promise<Opened> {
  const keycloak = await start();
  const attributes = [more.addressFrom, more.aliasAttribute].filter(
    (name) => name !== undefined && !/^email$|username/.test(name),
  );
  const values = attributes.map((name) => [name, ['known@example.net']] as const);
  keycloak.users.push(user('known', { attributes: Object.fromEntries(values) }));
  const opened = openOn(keycloak, more);
  await opened.directory.find(NOBODY, signal).catch(() => {});
  // By then it is known that this Keycloak counts by what attributes contain.
  await until(() => keycloak.to('/users/count').filter(isLook).length >= attributes.length, 5000);
  keycloak.users.pop();
  await opened.directory.find(NOBODY, signal).catch(() => {});
  keycloak.asked.length = 0;
  return { keycloak, ...opened };
}

const isLook = ({ query }: Asked): boolean => query['q']?.includes('_@_') === true;

/** Whoever is never there. */
export const NOBODY = 'nobody@example.org';

/** Never aborts. */
export const { signal } = new AbortController();

/** Makes a directory for a test's files, which goes when the test does. */
export async function makePlace(): Promise<string> {
  const place = await makeTemporaryDirectory('idpmap-keycloak');
  onTestFinished(() => place.remove());
  return place.path;
}
