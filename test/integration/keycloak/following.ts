import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { collect } from '../../support/feed/collector.ts';
import { type KeycloakKit, startKeycloakKit } from '../../support/feed/keycloakkit.ts';
import { holders } from '../../support/feed/steps.ts';
import { describeFeed } from '../../support/feed/suite.ts';
import type { KeycloakServer } from '../../support/keycloak/keycloak.ts';

/** Registers what shows that a real realm can be followed. */
export function describeFollowing(server: () => KeycloakServer): void {
  describe('a feed', () => {
    let kit: KeycloakKit;
    beforeAll(async () => {
      kit = await startKeycloakKit(server());
    });
    afterAll(() => kit?.removeRealm());

    test('tells of somebody who is new by the second reading of events at the latest', async () => {
      const directory = await kit.open();
      onTestFinished(() => directory.close());
      const collector = collect(directory);
      onTestFinished(async () => void (await collector.stop()));
      const marks = (): number => collector.told.filter((kind) => kind === 'mark').length;
      await collector.nextMark();
      await kit.create('prompt');
      // One may have been under way, which began before.
      const [before, at] = [marks(), performance.now()];
      await collector.until(() => holders(collector.entries, 'prompt@example.test').length === 1);
      const ms = performance.now() - at;
      console.log(
        `a change in Keycloak was told after ${ms.toFixed(0)} ms, events are read every second`,
      );
      expect(marks() - before).toBeLessThanOrEqual(2);
    });

    describeFeed(() => kit, {
      lacks: ['places', 'folders'],
      removals: 'told',
      resumes: 'at once',
    });
  });
}
