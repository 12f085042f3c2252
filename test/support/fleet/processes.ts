import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { sendCommand } from '../../../src/control/client.ts';
import type { CommandName, Commands } from '../../../src/control/protocol.ts';
import { parseEndpoint } from '../../../src/net/endpoint.ts';
import { startDaemonProcess } from '../daemon.ts';
import { connectClient } from '../instance.ts';
import type { RunningProcess } from '../process.ts';
import { until } from '../until.ts';
import { show } from '../world.ts';

/** A daemon of a fleet in a process of its own. */
export interface FleetProcess {
  readonly process: RunningProcess;
  /** Asks over the wire whether a mailbox is there, and shows the reply: `OK ann@example.org`. */
  ask(address: string): Promise<string>;
  command<Name extends CommandName>(
    name: Name,
    args: Commands[Name]['args'],
  ): Promise<Commands[Name]['result']>;
  signal(name: NodeJS.Signals): void;
  /** Ends it as SIGTERM does. Again: does nothing. */
  stop(): Promise<void>;
}

export interface FleetProcessOptions {
  /** Its files lie in a folder of their own below. */
  readonly place: string;
  /** The configuration, without `control`, and without `listen` where that is a socket among its files. */
  readonly settings: object;
  /** Absent: the program as it is shipped. */
  readonly program?: readonly [string, ...string[]];
}

const PATIENCE_MS = 30_000;

/** Starts one, and waits until it has reached the engine. */
export async function startFleetProcess(options: FleetProcessOptions): Promise<FleetProcess> {
  const folder = await mkdtemp(join(options.place, 'd'));
  const [file, control, socket] = ['idpmap.yaml', 'control', 'socketmap'].map((name) =>
    join(folder, name),
  );
  if (file === undefined || control === undefined) throw new Error('it has no place');
  const settings = { listen: `unix:${socket}`, ...options.settings, control };
  await writeFile(file, stringify(settings));
  const running = await startDaemonProcess(['serve', '--config', file], {}, options.program);
  const client = connectClient(parseEndpoint(settings.listen));
  let stopped: Promise<void> | undefined;
  const daemon: FleetProcess = {
    process: running,
    ask: async (address) => show(await client.ask('user-exists', address)),
    command: (name, args) => sendCommand(control, name, args),
    signal: (name) => void process.kill(running.pid, name),
    stop: () => {
      // What is under way is answered before.
      stopped ??= running.stop().finally(() => client.close());
      return stopped;
    },
  };
  const isUp = async () => (await daemon.command('fleet', {})).fleet?.isUp === true;
  if (await until(isUp, PATIENCE_MS)) return daemon;
  await daemon.stop();
  throw new Error(`the fleet was not reached\n${running.output()}`);
}

/** Waits until a daemon sees so many of its fleet, itself among them. */
export async function seesMembers(daemon: FleetProcess, count: number): Promise<boolean> {
  return until(
    async () => (await daemon.command('fleet', {})).fleet?.members.length === count,
    PATIENCE_MS,
  );
}
