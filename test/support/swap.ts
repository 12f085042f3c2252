import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import type { Endpoint } from '../../src/net/endpoint.ts';
import { type Environment, startDaemonProcess } from './daemon.ts';
import { connectClient, makePlace } from './instance.ts';
import type { RunningProcess } from './process.ts';
import type { Load, Question } from './socketmap/load.ts';
import { until } from './until.ts';
import type { Volume } from './volume.ts';
import { show } from './world.ts';

/** By when a swap counts. */
export const SWAP_MS = 5000;

/** Somebody who is there all the time. */
export const KNOWN = ['user-exists', 'known@example.org'] as const;

/** The text of a people file with these accounts of example.org, and two more that are always there. */
export const peopleOf = (...names: readonly string[]): string =>
  stringify({
    accounts: ['known', 'second', ...names].map((name) => ({ address: `${name}@example.org` })),
  });

/** The section `domains` with example.org and these. */
export const domainsOf = (...names: readonly string[]): object =>
  Object.fromEntries(['example.org', ...names].map((name) => [name, { directory: 'staff' }]));

/** Where one daemon's files lie. */
export interface Place {
  readonly path: string;
  readonly control: string;
  readonly endpoint: Endpoint;
}

/** Makes one for this test. */
export async function makeDaemonPlace(): Promise<Place> {
  const path = await makePlace();
  return {
    path,
    control: join(path, 'control'),
    endpoint: { kind: 'unix', path: join(path, 'socketmap') },
  };
}

/** The text of a configuration, of people in a file unless `more` says otherwise. */
export const configOf = ({ path, control }: Place, more: object = {}): string =>
  stringify({
    listen: `unix:${path}/socketmap`,
    control,
    domains: domainsOf(),
    directories: { staff: { type: 'file', path: 'people.yaml' } },
    ...more,
  });

/** Starts a daemon on the `idpmap.yaml` of a volume, until the test ends. */
export async function serveVolume(config: Volume, env: Environment = {}): Promise<RunningProcess> {
  const parameters = ['serve', '--config', config.fileOf('idpmap.yaml')];
  const daemon = await startDaemonProcess(parameters, env);
  onTestFinished(() => daemon.stop());
  return daemon;
}

/** Waits until somebody is found: the directory has been read. */
export async function knows(endpoint: Endpoint, [map, key]: Question): Promise<void> {
  const client = connectClient(endpoint);
  const isThere = await until(
    async () => show(await client.ask(map, key)).startsWith('OK'),
    20_000,
  );
  client.close();
  if (!isThere) throw new Error(`${key} is not found`);
}

/** Ends the load; gives what was lost, and the replies that are neither a yes nor a no. */
export async function lossOf(load: Load): Promise<readonly string[]> {
  await load.end();
  return [
    ...load.figures.lost,
    ...load.seen().filter((reply) => !/: (?:OK .*|NOTFOUND)$/.test(reply)),
  ];
}
