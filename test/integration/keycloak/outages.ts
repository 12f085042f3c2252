import { describe, expect, onTestFinished, test } from 'vitest';
import { keycloakSection } from '../../support/keycloak/directory.ts';
import type { KeycloakServer } from '../../support/keycloak/keycloak.ts';
import { processesOf } from '../../support/process.ts';
import { watch } from './watched.ts';

/** What happens to a server, and how it comes back. */
interface Outage {
  readonly title: string;
  readonly begin: (server: KeycloakServer) => Promise<void>;
  readonly end: (server: KeycloakServer) => Promise<void>;
  readonly reason: RegExp;
}

const OUTAGES: readonly Outage[] = [
  {
    title: 'stands still',
    begin: async (server) => server.suspend(),
    end: async (server) => server.resume(),
    reason: /no answer within 2000 ms/,
  },
  {
    title: 'is stopped while it stands still, and started',
    begin: async (server) => {
      server.suspend();
      await ended(server, () => server.stop());
    },
    end: (server) => server.start(),
    reason: /can't be reached/,
  },
  {
    title: 'is killed and started',
    begin: (server) => ended(server, () => server.kill()),
    end: (server) => server.start(),
    reason: /can't be reached/,
  },
];

/** Ends a server, of which no process is left. */
async function ended({ pid }: KeycloakServer, end: () => Promise<void>): Promise<void> {
  await end();
  expect(processesOf(pid)).toEqual([]);
}

/** Registers what becomes of mail while Keycloak is away; afterwards it runs. */
export function describeOutages(server: () => KeycloakServer): void {
  describe('a Keycloak', () => {
    test.each(OUTAGES)(
      'that $title denies nobody',
      async ({ begin, end, reason }) => {
        const watched = await watch(keycloakSection(server(), 'http'));
        onTestFinished(() => server().resume());
        await begin(server());
        await watched.doubting();
        await watched.told(reason);
        await end(server());
        await watched.healthy();
        expect(await watched.end()).toEqual([]);
      },
      OUTAGE_MS,
    );
  });
}

/** A start takes twelve seconds on a quiet machine. */
const OUTAGE_MS = 240_000;
