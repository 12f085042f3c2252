import { onTestFinished } from 'vitest';
import { Secret } from '../../../src/config/sources/secret.ts';
import type { Directory } from '../../../src/directory/directory.ts';
import type { Forget } from '../../../src/directory/keycloak/feed/events.ts';
import { createKeycloakDirectory } from '../../../src/directory/keycloak/keycloak.ts';
import type { KeycloakSettings } from '../../../src/directory/keycloak/settings.ts';
import type { Certificate } from '../../support/certificate.ts';
import { type ScriptedKeycloak, startScripted } from '../../support/keycloak-script.ts';
import { createNotes, type Notes } from '../../support/notes.ts';
import { makeTemporaryDirectory } from '../../support/temporary.ts';

/** A directory of a scripted Keycloak. */
export interface Opened {
  readonly keycloak: ScriptedKeycloak;
  readonly directory: Directory;
  readonly notes: Notes;
  /** What is to be forgotten, in order. */
  readonly forgotten: Parameters<Forget>[0][];
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
): Omit<Opened, 'keycloak'> {
  const notes = createNotes();
  const forgotten: Parameters<Forget>[0][] = [];
  let changes = 0;
  let domainChanges = 0;
  const directory = createKeycloakDirectory(settingsFor(keycloak.url, more), {
    name: 'people',
    log: notes.log,
    changed: () => {
      changes += 1;
    },
    domainsChanged: () => {
      domainChanges += 1;
    },
    forget: (isConcerned) => void forgotten.push(isConcerned),
  });
  onTestFinished(() => directory.close());
  return {
    directory,
    notes,
    forgotten,
    changes: () => changes,
    domainChanges: () => domainChanges,
  };
}

/** Starts a Keycloak and opens its directory, whose first self-check is over. */
export async function open(more: Partial<KeycloakSettings> = {}): Promise<Opened> {
  const keycloak = await start();
  const opened = openOn(keycloak, more);
  await opened.directory.find(NOBODY, signal).catch(() => {});
  keycloak.asked.length = 0;
  return { keycloak, ...opened };
}

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
