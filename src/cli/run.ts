import { setFlagsFromString } from 'node:v8';
import { type Daemon, startDaemon } from '../daemon/daemon.ts';
import { createFollowing, type Following } from '../daemon/follow.ts';
import { LOSS } from '../daemon/statefile.ts';
import { isJournal } from '../journal.ts';
import {
  createAddressHash,
  createLog,
  type LogOptions,
  type OpenLog,
  type ShowAddress,
} from '../log.ts';
import { EndpointError } from '../net/errors.ts';
import { reasonOf } from '../reason.ts';
import type { Loaded, Settings } from '../settings.ts';
import { controlPathOf, load, type ServeOptions, statePathOf } from './common.ts';
import { createDemoToken, demoHint } from './demo.ts';
import { CliError, EXIT } from './exit.ts';
import type { SignalHandlers } from './signals.ts';

/** Runs the daemon until it is told to stop; `obey` gets what signals do, as soon as they can do it. */
export async function run(
  options: ServeOptions,
  obey: (handlers: SignalHandlers) => void,
): Promise<number> {
  // V8 lets its young generation grow to 48 MiB under load and keeps it, and the old one by half before it collects. A
  // sidecar has 192: measured, the same memory of 150 000 addresses then takes half, at no CPU that could be seen.
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=30');
  const token = createDemoToken();
  const read = async (): Promise<Loaded> => {
    const given = await load(options);
    return options.demo === true ? { ...given, settings: token.into(given.settings) } : given;
  };
  const loaded = await read();
  const showAddress = await chooseShowAddress(loaded.settings);
  const opened = await createLog(logOptions(loaded, showAddress));
  const { log } = opened;
  tellAlways(opened);
  for (const warning of loaded.warnings) log.warn({}, warning);
  const started = Promise.withResolvers<Daemon>();
  let last: Promise<unknown> = started.promise;
  /** One after the other: what was read later counts. */
  const reload = (): void => {
    last = last.then(async () => reloadFrom(read, await started.promise, following, log));
  };
  const following = createFollowing(reload);
  // Before the start, which may take seconds: no edit is lost meanwhile.
  following.follow(filesOf(loaded));
  obey({
    drain: (signal) => {
      log.info({ signal }, 'told to stop');
      void started.promise.then((daemon) => daemon.drain());
    },
    stop: (signal) => {
      log.info({ signal }, 'told again to stop');
      void started.promise.then((daemon) => daemon.stop());
    },
    reload: (signal) => {
      log.info({ signal }, 'told to reload');
      reload();
    },
  });
  try {
    const daemon = await start(loaded, options, opened, showAddress);
    started.resolve(daemon);
    if (options.demo === true) {
      await opened.flush(LOG_MS);
      process.stderr.write(demoHint(portOf(daemon), token.link(daemon.http, loaded.settings)));
    }
    await daemon.stopped;
    await opened.flush(LOG_MS);
    leaveWhatHangs();
    return EXIT.ok;
  } catch (error) {
    await opened.flush(LOG_MS);
    throw error;
  } finally {
    following.end();
  }
}

/** How long the end waits for who reads the log. */
const LOG_MS = 300;

/**
 * Lets the log have the last word, and nobody else write where it is read: Node itself waits for standard error, and ends
 * the process where that can't be written.
 */
function tellAlways({ log, flushNow }: OpenLog): void {
  process.on('exit', flushNow);
  process.stderr.on('error', () => {});
  process.removeAllListeners('warning');
  process.on('warning', (warning) => log.warn({ err: warning }, 'node warns'));
  process.on('uncaughtException', (error) => {
    log.error({ err: error }, 'ends by a bug of idpmap');
    process.exit(EXIT.software);
  });
}

/** Whatever still runs this long after the stop does not end by itself. */
const LEAVE_MS = 1000;

/**
 * Ends the process if it does not end by itself, though all is stopped: a file that is read from a mount that hangs holds a
 * thread for which even `process.exit` waits. A signal does not; to the first process of a container it is none.
 */
function leaveWhatHangs(): void {
  const leave = (): void => {
    process.removeAllListeners('SIGTERM');
    process.kill(process.pid, 'SIGTERM');
    process.exit();
  };
  setTimeout(leave, LEAVE_MS).unref();
}

/** The configuration's own files, its secrets', and its certificates'. */
const filesOf = ({ watched, settings }: Loaded): readonly string[] => [
  ...watched,
  ...settings.listen.flatMap(({ tls }) => Object.values(tls ?? {})),
];

/** Where the log goes. */
const STANDARD_ERROR = 2;

const logOptions = ({ settings: { log } }: Loaded, showAddress: ShowAddress): LogOptions => {
  const elsewhere = isJournal(STANDARD_ERROR, process.env) ? 'journal' : 'json';
  const auto = process.stderr.isTTY ? 'pretty' : elsewhere;
  return {
    level: log.level,
    format: log.format === 'auto' ? auto : log.format,
    ...(log.addresses === 'hash' && { showAddress }),
  };
};

/** Addresses are personal data: whoever wants them in the log says so. */
async function chooseShowAddress({ log }: Settings): Promise<ShowAddress> {
  if (log.addresses === 'plain') return (address) => address;
  return createAddressHash(await log.key?.read());
}

async function start(
  loaded: Loaded,
  options: ServeOptions,
  { log, figures }: OpenLog,
  showAddress: ShowAddress,
): Promise<Daemon> {
  const { settings } = loaded;
  const statePath = statePathOf(settings, options);
  if (settings.state === 'off') log.warn({}, `no state is kept: ${LOSS}`);
  try {
    return await startDaemon({
      settings,
      controlPath: controlPathOf(settings, options),
      ...(statePath !== undefined && { statePath }),
      log,
      logged: figures,
      showAddress,
      ...(options.takeover === true && { takeover: 'yes' }),
    });
  } catch (error) {
    if (error instanceof EndpointError)
      throw new CliError(EXIT.unavailable, error.message, { cause: error });
    throw error;
  }
}

/** Reads the configuration anew and lets the daemon swap to it. Never rejects. */
async function reloadFrom(
  read: () => Promise<Loaded>,
  daemon: Daemon,
  following: Following,
  log: OpenLog['log'],
): Promise<void> {
  try {
    const loaded = await read();
    for (const warning of loaded.warnings) log.warn({}, warning);
    following.follow(filesOf(loaded));
    if (await daemon.reload(loaded.settings)) log.level = loaded.settings.log.level;
  } catch (error) {
    const reason = reasonOf(error);
    daemon.countFailedReload(reason);
    log.error(
      error instanceof CliError ? { reason } : { err: error },
      "the configuration can't be read, the old one serves on",
    );
  }
}

function portOf(daemon: Daemon): number {
  const tcp = daemon.endpoints().find((endpoint) => endpoint.kind === 'tcp');
  return tcp?.port ?? 9100;
}
