import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSchema } from '../config/schema.ts';
import type { DirectorySchema } from '../config/settings/directories.ts';
import type { Tree } from '../config/sources/tree.ts';
import type { OwnType } from '../directory/define.ts';
import { openingOf, TYPES } from '../directory/types.ts';
import { createAddressHash, type Log, type ShowAddress, silentLog } from '../log.ts';
import type { Endpoint } from '../net/endpoint.ts';
import { type Loaded, loadSettingsBy, type Settings } from '../settings.ts';

/** What a daemon within a program is given beside its configuration. */
export interface CreateDaemonOptions {
  /** Types of directories of one's own, beside those that idpmap has. */
  readonly directories?: readonly OwnType[];
  /** Takes what is said, as a pino logger does; absent: nothing is said. */
  readonly log?: Log;
  /** Whose `IDPMAP_…` variables count; absent: nobody's. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** idpmap, whole, within a program. */
export interface EmbeddedDaemon extends AsyncDisposable {
  /** Where it answers Postfix. */
  readonly endpoints: () => readonly Endpoint[];
  /** Where its metrics, health and status page are; absent: `http` is off. */
  readonly http?: Endpoint;
  /** What works, but should be looked at, one line each. */
  readonly warnings: readonly string[];
  /**
   * Reads the configuration anew, or takes another, and swaps to it; where it can't be used, all stays as it is. Resolves to
   * whether it is used.
   * @throws {ConfigError} with everything that is wrong, lines and columns
   */
  reload(configuration?: Configuration): Promise<boolean>;
  /** Answers what is in flight and ends all. Again: the same promise. */
  stop(): Promise<void>;
}

/** The path of a configuration's file, or what would stand in it. */
export type Configuration = string | Tree;

/**
 * Starts idpmap within this program: memory, stale answers, deadline, breaker, limit, proof, metrics, explain, status page and
 * reload, round directories of idpmap's types and of one's own. Resolves once it listens, whatever state they are in. It takes no
 * signals, and keeps a state or listens for commands only where the configuration says where (`state`, `control`).
 * @throws {ConfigError} with everything that is wrong in the configuration, lines and columns
 * @throws {EndpointError} where an endpoint can't be opened
 */
export async function createDaemon(
  configuration: Configuration,
  { directories = [], log = silentLog, environment = {} }: CreateDaemonOptions = {},
): Promise<EmbeddedDaemon> {
  const types = withOwn(directories);
  const schema = createSchema<(typeof TYPES)[number]>(types);
  const load = (from: Configuration): Promise<Loaded> =>
    loadSettingsBy(schema, {
      environment,
      ...(typeof from === 'string' ? { file: from } : { instead: from }),
    });
  const { settings, warnings } = await load(configuration);
  // Only who embeds no daemon, but a server, is spared its modules.
  const { startDaemon } = await import('../daemon/daemon.ts');
  await using places = new AsyncDisposableStack();
  const controlPath = settings.control ?? (await makeControlPath(places));
  const showAddress = await chooseShowAddress(settings);
  const daemon = await startDaemon({
    settings,
    controlPath,
    ...statePathOf(settings),
    log,
    showAddress,
    open: openingOf(types),
  });
  const owned = places.move();
  const stop = async (): Promise<void> => {
    await daemon.stop();
    await owned.disposeAsync();
  };
  return {
    endpoints: daemon.endpoints,
    ...(daemon.http && { http: daemon.http }),
    warnings,
    reload: async (from = configuration) => daemon.reload((await load(from)).settings),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function chooseShowAddress({ log }: Settings): Promise<ShowAddress> {
  if (log.addresses === 'plain') return (address) => address;
  return createAddressHash(await log.key?.read());
}

const statePathOf = ({ state }: Settings): { readonly statePath?: string } =>
  state === undefined || state === 'off' ? {} : { statePath: state };

type BuiltIn = (typeof TYPES)[number];

function withOwn(own: readonly OwnType[]): readonly [BuiltIn, ...BuiltIn[]] {
  const [first, ...others] = TYPES;
  const taken = new Set<string>(TYPES.map(({ type }) => type));
  /** What its settings hold beyond those of every type, only its own code reads: to all others it is one of idpmap's. */
  const isUsable = (given: DirectorySchema): given is BuiltIn => {
    const { type } = given;
    if (!/^[a-z][a-z0-9-]*$/.test(type))
      throw new TypeError(
        `"${type}" is no type's name, write lower-case letters, digits and hyphens`,
      );
    if (taken.has(type)) throw new TypeError(`there are two types of directories called ${type}`);
    taken.add(type);
    return true;
  };
  return [first, ...others, ...own.filter(isUsable)];
}

async function makeControlPath(places: AsyncDisposableStack): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), 'idpmap-embedded-'));
  places.defer(() => rm(place, { recursive: true, force: true }));
  return join(place, 'control');
}
