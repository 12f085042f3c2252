import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { sendCommand } from '../../src/control/client.ts';
import type { CommandName, Commands } from '../../src/control/protocol.ts';
import { type Daemon, startDaemon } from '../../src/daemon/daemon.ts';
import type { DaemonOptions } from '../../src/daemon/options.ts';
import type { Directory } from '../../src/directory/directory.ts';
import { type Endpoint, formatEndpoint } from '../../src/net/endpoint.ts';
import type { Settings } from '../../src/settings.ts';
import { loadSettings } from '../../src/settings.ts';
import { createSocketmapClient, type SocketmapClient } from '../../src/socketmap/client.ts';
import { createNotes, type Notes } from './notes.ts';
import { account, createScripted, employ, type ScriptedDirectory } from './scripted.ts';
import { makeTemporaryDirectory } from './temporary.ts';
import { show } from './world.ts';

/** One domain and one directory, which tests script. */
export const STAFF = `
domains: { example.org: { directory: staff } }
directories: { staff: { type: file, path: people.yaml } }
`;

/** What makes an instance. */
export interface InstanceOptions {
  /** YAML, without `control`; without `listen` and `http` it has neither port. Absent: `STAFF`. */
  readonly config?: string;
  /** In place of the configured directories; those that are not here are opened as they are configured. */
  readonly directories?: Readonly<Record<string, Directory>>;
  /** In place of all configured directories. */
  readonly open?: DaemonOptions['open'];
  /** Where its files lie; absent: a place of its own. */
  readonly place?: string;
  /** Absent: no line of its log was ever dropped. */
  readonly logged?: DaemonOptions['logged'];
  readonly takeover?: DaemonOptions['takeover'];
  /** Whether it keeps its state in its place; absent: it does, in a file `state`. */
  readonly state?: 'off';
}

/** A daemon in this process. It stops when its test ends. */
export interface Instance {
  readonly daemon: Daemon;
  readonly place: string;
  readonly controlPath: string;
  readonly notes: Notes;
  /** Directories that were opened, and closed, by name. */
  readonly opened: readonly string[];
  readonly closed: readonly string[];
  /** Asks over the wire and shows the reply: `OK ann@example.org`. */
  readonly ask: (map: string, key: string) => Promise<string>;
  readonly command: <Name extends CommandName>(
    name: Name,
    args: Commands[Name]['args'],
  ) => Promise<Commands[Name]['result']>;
  /** Reads another configuration, in the same surroundings. */
  readonly read: (config: string) => Promise<Settings>;
  /** Reloads with it. */
  readonly reload: (config: string) => Promise<boolean>;
}

/** Makes a place for a test's files, which goes when the test does. */
export async function makePlace(): Promise<string> {
  const place = await makeTemporaryDirectory('idpmap');
  onTestFinished(() => place.remove());
  return place.path;
}

/** Reads a configuration as a file `idpmap.yaml` in `place`, in an empty environment. */
export async function settingsOf(config: string, place: string): Promise<Settings> {
  const file = join(place, 'idpmap.yaml');
  await writeFile(file, config);
  const { settings } = await loadSettings({ file, environment: {} });
  return settings;
}

const surroundings = (config: string): string =>
  [
    ...(config.includes('listen:') ? [] : ['listen: unix:socketmap']),
    ...(/^http:/m.test(config) ? [] : ['http: off']),
    `control: control\n${config}`,
  ].join('\n');

/** Starts a daemon that listens at a Unix socket. */
export async function startInstance(options: InstanceOptions = {}): Promise<Instance> {
  const place = options.place ?? (await makePlace());
  const notes = createNotes();
  const opened: string[] = [];
  const closed: string[] = [];
  const controlPath = join(place, 'control');
  const daemon = await startDaemon({
    settings: await settingsOf(surroundings(options.config ?? STAFF), place),
    controlPath,
    ...(options.state === undefined && { statePath: join(place, 'state') }),
    log: notes.log,
    showAddress: (address) => address,
    ...(options.logged && { logged: options.logged }),
    ...(options.takeover && { takeover: options.takeover }),
    ...(options.directories && { open: opener(options.directories, opened, closed) }),
    ...(options.open && { open: options.open }),
  });
  const client = createClients(daemon);
  onTestFinished(async () => {
    client.close();
    await daemon.stop();
  });
  return {
    daemon,
    place,
    controlPath,
    notes,
    opened,
    closed,
    ask: async (map, key) => show(await client.ask(map, key)),
    command: (name, args) => sendCommand(controlPath, name, args),
    read: (config) => settingsOf(surroundings(config), place),
    reload: async (config) => daemon.reload(await settingsOf(surroundings(config), place)),
  };
}

/** The same, with a directory `staff` in which ann@example.org has an account. */
export function startStaffed(
  config: string,
  more: Partial<InstanceOptions> = {},
): Promise<Instance> {
  const staff = createScripted();
  employ(staff, [account('ann@example.org')]);
  return startInstance({ config, directories: { staff: listingNone(staff) }, ...more });
}

/** One client for the first endpoint, another one once that has changed. */
function createClients(daemon: Daemon): Pick<SocketmapClient, 'ask' | 'close'> {
  let client: SocketmapClient | undefined;
  let place = '';
  return {
    ask: (map, key) => {
      const [endpoint] = daemon.endpoints();
      if (endpoint === undefined) throw new Error('it listens nowhere');
      if (client === undefined || place !== formatEndpoint(endpoint)) {
        client?.close();
        client = connectClient(endpoint);
        place = formatEndpoint(endpoint);
      }
      return client.ask(map, key);
    },
    close: () => client?.close(),
  };
}

/** A client that waits for as long as no machine is busy. */
export const connectClient = (endpoint: Endpoint): SocketmapClient =>
  createSocketmapClient({ endpoint, timeoutMs: 30_000 });

function opener(
  directories: Readonly<Record<string, Directory>>,
  opened: string[],
  closed: string[],
): DaemonOptions['open'] & {} {
  return async (_settings, { name }) => {
    const directory = directories[name];
    if (directory === undefined) throw new Error(`nobody scripted ${name}`);
    opened.push(name);
    return {
      ...directory,
      close: async () => {
        closed.push(name);
        await directory.close();
      },
    };
  };
}

/** The same directory, which lists no domains. */
export function listingNone(directory: ScriptedDirectory): Directory {
  return {
    find: (address, how) => directory.find(address, how),
    probe: (signal) => directory.probe(signal),
    close: () => directory.close(),
  };
}
