import { setTimeout as pause } from 'node:timers/promises';
import { createSocketmapClient } from '../../src/socketmap/client.ts';
import { startKeycloakKit } from '../../test/support/feed/keycloakkit.ts';
import { startKeycloak } from '../../test/support/keycloak/keycloak.ts';
import { type BenchDaemon, MAP } from '../daemon.ts';
import { accountAt, DOMAIN } from '../questions.ts';
import type { Part } from '../report.ts';
import { BAR_COLUMNS, type Bar, formatBar } from './bars.ts';
import { startMirrored } from './mirrored.ts';

const CHANGES = 50;
const EVENTS_MS = 1000;
/** A change comes at any time between two readings of events. */
const APART_MS = 137;

/** How soon the mirror of a real Keycloak answers for somebody who was just made, from when they are being made. */
export const told: Part = async (stage) => {
  await using resources = new AsyncDisposableStack();
  const server = await startKeycloak();
  resources.defer(() => server.remove());
  const kit = await startKeycloakKit(server);
  const create = async (i: number): Promise<void> => {
    const email = accountAt(i);
    await kit.admin('POST', '/users', {
      username: email.slice(0, email.indexOf('@')),
      email,
      firstName: 'User',
      lastName: String(i),
      enabled: true,
      emailVerified: true,
    });
  };
  await create(0);
  const section = kit.section({ events: `${EVENTS_MS / 1000}s`, mirror: undefined });
  const { daemon } = await startMirrored(stage, section);
  const took: number[] = [];
  for (let i = 1; i <= CHANGES; i++) {
    await pause((i * APART_MS) % EVENTS_MS);
    took.push(await answered(daemon, accountAt(i), () => create(i)));
  }
  took.sort((a, b) => a - b);
  const at = (share: number): number => took[Math.ceil(took.length * share) - 1] ?? 0;
  const most = EVENTS_MS + 1000;
  const bars: readonly Bar[] = [
    { name: 'from a change in Keycloak to its answer, p50 ms', value: at(0.5), most },
    { name: 'the longest', value: at(1), most },
  ];
  return {
    title: `told: ${CHANGES} people of ${DOMAIN} made in a real Keycloak, whose events are read every ${EVENTS_MS} ms`,
    columns: BAR_COLUMNS,
    rows: bars.map(formatBar),
    notes: ['from the request that makes somebody, which takes Keycloak a part of it'],
    figures: { bars, took },
    faults: [],
  };
};

/** How long it takes until the daemon knows whom `change` makes. */
async function answered(
  { tcp }: BenchDaemon,
  address: string,
  change: () => Promise<void>,
): Promise<number> {
  const client = createSocketmapClient({ endpoint: tcp, timeoutMs: 10_000 });
  try {
    const at = performance.now();
    const sent = change();
    while ((await client.ask(MAP, address)).status !== 'OK') await pause(5);
    const ms = performance.now() - at;
    await sent;
    return ms;
  } finally {
    client.close();
  }
}
