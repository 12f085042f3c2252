import type { LoadedConfig } from '../config/load.ts';
import type { Settings } from '../config/schema.ts';
import { type Daemon, startDaemon } from '../daemon/daemon.ts';
import { followFiles } from '../daemon/follow.ts';
import { createAddressHash, createLog, type ShowAddress } from '../log.ts';
import { EndpointError } from '../socketmap/errors.ts';
import { type CommonOptions, controlPathOf, load } from './common.ts';
import { demoHint } from './demo.ts';
import { CliError, EXIT } from './exit.ts';

export interface ServeOptions extends CommonOptions {
  readonly takeover?: boolean;
}

type Logger = Awaited<ReturnType<typeof createLog>>;

/** Runs the daemon until it is told to stop. */
export async function serve(options: ServeOptions): Promise<number> {
  const loaded = await load(options);
  const log = await createLog(logOptions(loaded));
  for (const warning of loaded.warnings) log.warn({}, warning);
  const daemon = await start(loaded, options, log);
  if (options.demo === true) process.stderr.write(demoHint(portOf(daemon)));
  followConfiguration(loaded, options, daemon, log);
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      log.info({ signal }, 'told to stop');
      void daemon.stop();
    });
  await daemon.stopped;
  return EXIT.ok;
}

const logOptions = ({ settings: { log } }: LoadedConfig) => {
  const auto = process.stderr.isTTY ? ('pretty' as const) : ('json' as const);
  return { level: log.level, format: log.format === 'auto' ? auto : log.format };
};

/** Addresses are personal data: whoever wants them in the log says so. */
async function chooseShowAddress({ log }: Settings): Promise<ShowAddress> {
  if (log.addresses === 'plain') return (address) => address;
  return createAddressHash(await log.key?.read());
}

async function start(loaded: LoadedConfig, options: ServeOptions, log: Logger): Promise<Daemon> {
  const { settings } = loaded;
  try {
    return await startDaemon({
      settings,
      controlPath: controlPathOf(settings, options),
      log,
      showAddress: await chooseShowAddress(settings),
      ...(options.takeover === true && { takeover: 'yes' }),
    });
  } catch (error) {
    if (error instanceof EndpointError)
      throw new CliError(EXIT.unavailable, error.message, { cause: error });
    throw error;
  }
}

/** Reloads on SIGHUP, and when a file that took part has changed. */
function followConfiguration(
  first: LoadedConfig,
  options: ServeOptions,
  daemon: Daemon,
  log: Logger,
): void {
  const follow = (watched: readonly string[]) => followFiles(watched, () => void reload());
  let unfollow = follow(first.watched);
  const reload = async (): Promise<void> => {
    try {
      const loaded = await load(options);
      for (const warning of loaded.warnings) log.warn({}, warning);
      if (!(await daemon.reload(loaded.settings))) return;
      log.level = loaded.settings.log.level;
      unfollow();
      unfollow = follow(loaded.watched);
    } catch (error) {
      daemon.countFailedReload();
      const reason = error instanceof CliError ? error.message : undefined;
      log.error(
        reason === undefined ? { err: error } : { reason },
        'the configuration can’t be read, the old one serves on',
      );
    }
  };
  process.on('SIGHUP', () => {
    log.info({ signal: 'SIGHUP' }, 'told to reload');
    void reload();
  });
  void daemon.stopped.then(() => unfollow());
}

function portOf(daemon: Daemon): number {
  const tcp = daemon.endpoints().find((endpoint) => endpoint.kind === 'tcp');
  return tcp?.port ?? 9100;
}
