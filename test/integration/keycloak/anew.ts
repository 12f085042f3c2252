import { describe, expect, onTestFinished, test } from 'vitest';
import { type Directory, Fault, Gap } from '../../../src/directory/directory.ts';
import { type Collected, collect, listFresh } from '../../support/feed/collector.ts';
import { createAdmin } from '../../support/keycloak/admin.ts';
import { makeClient } from '../../support/keycloak/clients.ts';
import { keycloakSection, loginOf, openKeycloak } from '../../support/keycloak/directory.ts';
import type { KeycloakServer } from '../../support/keycloak/keycloak.ts';
import { makeRealm } from '../../support/keycloak/realms.ts';
import { until } from '../../support/until.ts';

const PATIENCE_MS = 60_000;

/** Registers what becomes of a mirror of a real realm that is deleted and made anew under its name. */
export function describeAnew(server: () => KeycloakServer): void {
  describe('a realm that was made anew under its name', () => {
    test.each(['1s', 'off'])('is not taken for the one before it, events: %s', async (events) => {
      const realm = `anew-${events}`;
      // A token that is older than a realm has no rights there.
      const admin = (method: string, path: string, body?: unknown) =>
        createAdmin(server().url)(method, path, body);
      const make = (...names: readonly string[]) =>
        admin('POST', '/realms', makeRealm(realm, names.map(person), [CLIENT], {}));
      await make('ann', 'bob');
      onTestFinished(async () => void (await admin('DELETE', `/realms/${realm}`)));
      const directory = await openKeycloak(
        keycloakSection(server(), 'http', {
          realm,
          ...loginOf(IDPMAP),
          organizations: undefined,
          events,
          mirror: { path: `/nowhere/${realm}.db` },
        }),
      );
      onTestFinished(() => directory.close());
      const before = collect(directory);
      await before.nextMark();
      const kept = await before.stop();
      // Quiet: nothing that events could show.
      const still = collect(directory, kept);
      if (events !== 'off') await still.nextMark();
      await still.stop();
      await admin('DELETE', `/realms/${realm}`);
      await make('ann', 'cy');
      expect(await toldUntilGap(directory, kept)).toEqual([]);
      const now = [...(await listFresh(directory)).entries()];
      expect(now.map(([, { address }]) => address).toSorted()).toEqual([
        'ann@example.test',
        'cy@example.test',
      ]);
      expect(now.filter(([ref]) => kept.entries.has(ref))).toEqual([]);
    });
  });
}

const IDPMAP = 'idpmap';
const CLIENT = makeClient(IDPMAP, ['view-users', 'view-events']);

const person = (name: string) => ({
  username: name,
  email: `${name}@example.test`,
  enabled: true,
  emailVerified: true,
});

/** Goes on until that ends by a gap: before, the old token is refused. Gives what was told meanwhile. */
async function toldUntilGap(directory: Directory, kept: Collected): Promise<readonly string[]> {
  const told: string[] = [];
  const isGap = async (): Promise<boolean> => {
    const collector = collect(directory, kept);
    const failure = await collector.failure;
    told.push(...collector.told);
    if (!(failure instanceof Gap)) expect(failure).toBeInstanceOf(Fault);
    return failure instanceof Gap;
  };
  expect(await until(isGap, PATIENCE_MS)).toBe(true);
  return told;
}
