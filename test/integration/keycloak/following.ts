import { afterAll, beforeAll, describe } from 'vitest';
import { type KeycloakKit, startKeycloakKit } from '../../support/feed/keycloakkit.ts';
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

    describeFeed(() => kit, {
      lacks: ['places', 'folders'],
      removals: 'told',
      resumes: 'at once',
    });
  });
}
