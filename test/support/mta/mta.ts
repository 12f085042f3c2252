import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePorts } from '../loopback.ts';
import { connectSmtp } from '../postfix/smtp.ts';
import type { RunningProcess } from '../process.ts';
import { makeTemporaryDirectory } from '../temporary.ts';
import { until } from '../until.ts';
import { startUnpacked, type Unpacked } from './namespace.ts';

/** A mail server that is no Postfix, on loopback. */
export interface Mta {
  readonly port: number;
  /** What it said to its standard output and error. */
  log(): string;
  stop(): Promise<void>;
}

/** Where a server has its files, and its port. */
export interface Place {
  readonly directory: string;
  readonly port: number;
}

/** How a server is set up in a place of its own: writes its configuration there, and says how it is started. */
export type SetUp = (place: Place) => Promise<Omit<Unpacked, 'directory' | 'sockets'>>;

const START_LIMIT_MS = 60_000;

/** Starts a server that finds `sockets` as `/run/idpmap`, and waits until it greets. */
export async function startMta(setUp: SetUp, sockets: string): Promise<Mta> {
  await using resources = new AsyncDisposableStack();
  const temporary = await makeTemporaryDirectory('idpmap-mta');
  resources.defer(() => temporary.remove());
  const [port = 0] = await findFreePorts(1);
  const directory = join(temporary.path, 'own');
  await mkdir(directory);
  const unpacked = await setUp({ directory, port });
  const server = await startUnpacked({ ...unpacked, directory, sockets });
  resources.defer(() => server.stop());
  await waitForGreeting(port, server);
  const owned = resources.move();
  return { port, log: () => server.output(), stop: () => owned.disposeAsync() };
}

async function waitForGreeting(port: number, server: RunningProcess): Promise<void> {
  const greets = async (): Promise<boolean> => {
    try {
      const client = await connectSmtp(port);
      client.close();
      return true;
    } catch {
      return false;
    }
  };
  await until(async () => server.ended() !== undefined || (await greets()), START_LIMIT_MS);
  if (server.ended() !== undefined || !(await greets()))
    throw new Error(`the server ${server.ended() ?? 'does not greet'}\n${server.output()}`);
}
