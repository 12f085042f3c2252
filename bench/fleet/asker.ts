import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Endpoint } from '../../src/net/endpoint.ts';
import { UNLIMITED } from '../daemon.ts';
import { readEndpoint } from '../endpoint.ts';
import { DOMAIN, EMPTY_DOMAIN } from '../questions.ts';
import type { Stage } from '../stage.ts';
import type { FleetKeycloak } from './keycloak.ts';

/** A daemon that asks the scripted Keycloak. */
export interface Asker {
  readonly pid: number;
  readonly endpoint: Endpoint;
  stop(): Promise<void>;
}

/** Starts one with these settings of `cache`. `url`: the engine of its fleet; absent: it is alone. */
export async function startAsker(
  stage: Stage,
  keycloak: FleetKeycloak,
  cache: object,
  url?: string,
): Promise<Asker> {
  const place = mkdtempSync(join(stage.directory, 'daemon-'));
  const file = join(place, 'idpmap.yaml');
  const settings = {
    listen: ['tcp://127.0.0.1:0'],
    http: 'off',
    control: join(place, 'control'),
    deadline: '1s',
    cache,
    domains: { [DOMAIN]: { directory: 'people' }, [EMPTY_DOMAIN]: { directory: 'people' } },
    directories: { people: { ...keycloak.settings, limit: UNLIMITED } },
    log: { format: 'json' },
    // A busy machine is no fault of the engine's.
    ...(url !== undefined && { fleet: { url, key: KEY, timeout: '250ms' } }),
  };
  writeFileSync(file, JSON.stringify(settings));
  const running = stage.start('server', '../src/cli.ts', ['serve', '--config', file]);
  return {
    pid: running.pid,
    endpoint: await readEndpoint(running),
    stop: () => running.stop(),
  };
}

/** Nobody's but the bench's. */
const KEY = Buffer.from(Array.from({ length: 32 }, (_, i) => i * 5 + 3)).toString('base64');
