import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Endpoint } from '../../src/net/endpoint.ts';
import { createSocketmapClient } from '../../src/socketmap/client.ts';
import { secretOf } from '../../test/support/keycloak/clients.ts';
import { MAP } from '../daemon.ts';
import { readEndpoint } from '../endpoint.ts';
import type { Stage } from '../stage.ts';

export const CONNECTIONS = 16;
export const DOMAIN = 'bulk.test';

/** Whom all of them ask. */
export interface Site {
  readonly url: string;
  readonly port: number;
  readonly realm: string;
  /** Of one round. */
  readonly lookups: number;
}

/** A program that asks Keycloak. */
export interface Asker {
  readonly name: string;
  readonly pid: number;
  /** Asks for the users from the `from`-th on, each once, and waits until all are answered. */
  readonly round: (from: number) => Promise<void>;
}

/** Starts idpmap over it. */
export async function startDaemon(stage: Stage, site: Site): Promise<Asker> {
  const file = join(stage.directory, 'idpmap.yaml');
  writeFileSync(file, JSON.stringify(settingsFor(site, join(stage.directory, 'control'))));
  const running = stage.start('server', '../src/cli.ts', ['serve', '--config', file]);
  const endpoint = await readEndpoint(running);
  return {
    name: 'the daemon',
    pid: running.pid,
    round: (from) => askAll(endpoint, from, site.lookups),
  };
}

const settingsFor = (site: Site, control: string): object => ({
  listen: ['tcp://127.0.0.1:0'],
  http: 'off',
  control,
  deadline: '30s',
  domains: { [DOMAIN]: { directory: 'people' } },
  directories: {
    people: {
      type: 'keycloak',
      url: site.url,
      realm: site.realm,
      clientId: 'idpmap',
      clientSecret: secretOf('idpmap'),
      federation: 'none',
      connections: CONNECTIONS,
      timeout: '30s',
      limit: { inFlight: CONNECTIONS, perSecond: 100_000 },
    },
  },
  log: { format: 'json' },
});

/** As many smtpd processes would: each asks its next question when the one before is answered. */
async function askAll(endpoint: Endpoint, from: number, lookups: number): Promise<void> {
  let next = from;
  const work = async (): Promise<void> => {
    const client = createSocketmapClient({ endpoint, timeoutMs: 60_000 });
    try {
      while (next < from + lookups) await askFor(client, next++);
    } finally {
      client.close();
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
}

type Client = ReturnType<typeof createSocketmapClient>;

async function askFor(client: Client, user: number): Promise<void> {
  const { status } = await client.ask(MAP, `user${user}@${DOMAIN}`);
  if (status !== 'OK') throw new Error(`user ${user} was not found: ${status}`);
}
