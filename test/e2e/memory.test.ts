import { existsSync, readFileSync } from 'node:fs';
import { rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { createSocketmapClient, type SocketmapClient } from '../../src/socketmap/client.ts';
import { startDaemonProcess } from '../support/daemon.ts';
import { PEOPLE } from '../support/people.ts';
import type { RunningProcess } from '../support/process.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const LIMIT_MS = 10_000;

/** A place in which daemons follow one another, each with what the one before left in `cache.file`. */
interface Place {
  readonly peopleFile: string;
  readonly memoryFile: string;
  readonly serve: () => Promise<RunningProcess>;
  /** Asks the daemon that runs at the time. */
  readonly client: SocketmapClient;
}

async function makePlace(): Promise<Place> {
  const temporary = await makeTemporaryDirectory('idpmap-memory');
  onTestFinished(() => temporary.remove());
  const { path } = temporary;
  const socket = join(path, 'socketmap');
  const [configFile, peopleFile, memoryFile] = [
    join(path, 'idpmap.yaml'),
    join(path, 'people.yaml'),
    join(path, 'memory'),
  ];
  const settings = {
    listen: `unix:${socket}`,
    control: join(path, 'control'),
    domains: { 'example.org': { directory: 'people' } },
    directories: { people: { type: 'file', path: peopleFile } },
    cache: { file: memoryFile, saveEvery: '1s' },
  };
  await writeFile(configFile, stringify(settings));
  await writeFile(peopleFile, stringify(PEOPLE));
  const client = createSocketmapClient({
    endpoint: { kind: 'unix', path: socket },
    timeoutMs: LIMIT_MS,
  });
  onTestFinished(() => client.close());
  return {
    peopleFile,
    memoryFile,
    client,
    serve: async () => {
      const daemon = await startDaemonProcess(['serve', '--config', configFile]);
      onTestFinished(() => daemon.stop());
      return daemon;
    },
  };
}

/** Waits until the directory has read its file: an unknown address is then denied. */
const isRead = (client: SocketmapClient): Promise<boolean> =>
  until(
    async () => (await client.ask('user-exists', 'who@example.org')).status === 'NOTFOUND',
    LIMIT_MS,
  );

const kill = async (daemon: RunningProcess): Promise<void> => {
  process.kill(daemon.pid, 'SIGKILL');
  expect(await until(() => daemon.ended() !== undefined, LIMIT_MS)).toBe(true);
};

test('whom a killed daemon knew is known to the next one, even in an outage', async () => {
  const { serve, client, memoryFile, peopleFile } = await makePlace();
  const killed = await serve();
  expect(await isRead(client)).toBe(true);
  await client.ask('user-exists', 'ann@example.org');
  const isSaved = () =>
    existsSync(memoryFile) && readFileSync(memoryFile, 'utf8').includes('ann@example.org');
  expect(await until(isSaved, LIMIT_MS)).toBe(true);
  await kill(killed);
  await rm(peopleFile);

  await serve();
  const statuses: Record<string, string> = {};
  for (const local of ['ann', 'ann+news', 'bob', 'who', 'nobody'])
    statuses[local] = (await client.ask('user-exists', `${local}@example.org`)).status;
  expect(statuses).toEqual({
    ann: 'OK',
    'ann+news': 'OK',
    bob: 'TEMP',
    who: 'TEMP',
    nobody: 'TEMP',
  });
});

test.each([
  { what: 'is cut off', damage: (file: string) => truncate(file, 100) },
  { what: 'is empty', damage: (file: string) => truncate(file, 0) },
  { what: 'holds something else', damage: (file: string) => writeFile(file, 'ann@example.org\n') },
])('a saved memory that $what is told and not believed', async ({ damage }) => {
  const { serve, client, memoryFile } = await makePlace();
  const former = await serve();
  expect(await isRead(client)).toBe(true);
  await client.ask('user-exists', 'ann@example.org');
  await former.stop();
  await damage(memoryFile);

  const daemon = await serve();
  expect(daemon.output()).toMatch(/"level":"warn".*the saved memory is not believed and left out/);
  expect(await isRead(client)).toBe(true);
  expect(await client.ask('user-exists', 'ann@example.org')).toMatchObject({ status: 'OK' });
});
