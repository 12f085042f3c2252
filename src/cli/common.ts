import { ConfigError } from '../config/mistakes/problem.ts';
import { NoDaemonError, SilentDaemonError, sendCommand } from '../control/client.ts';
import { defaultControlPath } from '../control/path.ts';
import type { CommandName, Commands } from '../control/protocol.ts';
import { defaultStatePath } from '../daemon/statepath.ts';
import { EndpointError } from '../net/errors.ts';
import { printable } from '../printable.ts';
import { reasonOf } from '../reason.ts';
import { type Loaded, loadSettings, type Settings } from '../settings.ts';
import { DEMO } from './demo.ts';
import { CliError, EXIT } from './exit.ts';

/** Options that every command takes. */
export interface CommonOptions {
  readonly config?: string;
  readonly demo?: boolean;
  readonly json?: boolean;
}

/** Those of `serve`. */
export interface ServeOptions extends CommonOptions {
  readonly takeover?: boolean;
}

/** Loads the configuration that the options name: a file's and the environment's, or the demo's. */
export async function load({ config, demo }: CommonOptions): Promise<Loaded> {
  try {
    return await loadSettings({
      environment: process.env,
      ...(config !== undefined && { file: config }),
      ...(demo === true && { instead: DEMO }),
    });
  } catch (error) {
    if (error instanceof ConfigError)
      throw new CliError(EXIT.config, error.message, { cause: error });
    throw error;
  }
}

/** Where the daemon of this configuration takes commands. */
export const controlPathOf = (settings: Settings, { demo }: CommonOptions): string =>
  settings.control ?? defaultControlPath(process.env, demo === true ? 'demo' : 'daemon');

/** Where the daemon of this configuration keeps its state; absent: nowhere. */
export function statePathOf(settings: Settings, { demo }: CommonOptions): string | undefined {
  if (settings.state === 'off' || demo === true) return undefined;
  return settings.state ?? defaultStatePath(process.env, settings.control);
}

/** Where the running daemon takes commands; and what is wrong with the configuration, since it was read by that daemon. */
async function findControl(
  options: CommonOptions,
): Promise<{ readonly path: string; readonly fault?: CliError }> {
  try {
    const { settings } = await load(options);
    return { path: controlPathOf(settings, options) };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const { cause } = error;
    if (!(cause instanceof ConfigError) || cause.kind !== 'invalid') throw error;
    const path = cause.control ?? defaultControlPath(process.env, 'daemon');
    return { path, fault: error };
  }
}

/** Sends a command to a running daemon. */
export type Send = <Name extends CommandName>(
  name: Name,
  args: Commands[Name]['args'],
  timeoutMs?: number,
) => Promise<Commands[Name]['result']>;

/** Sends a command to the running daemon, which may serve on by a configuration that was broken since. */
export async function command<Name extends CommandName>(
  options: CommonOptions,
  name: Name,
  args: Commands[Name]['args'],
  timeoutMs?: number,
): Promise<Commands[Name]['result']> {
  return (await findDaemon(options))(name, args, timeoutMs);
}

const UNREACHED = [NoDaemonError, SilentDaemonError, EndpointError];

/** Finds the running daemon, for many commands. */
export async function findDaemon(options: CommonOptions): Promise<Send> {
  const { path, fault } = await findControl(options);
  return async (name, args, timeoutMs) => {
    try {
      return await sendCommand(path, name, args, timeoutMs);
    } catch (error) {
      if (fault !== undefined) throw fault;
      const isOutOfReach = UNREACHED.some((kind) => error instanceof kind);
      const code = isOutOfReach ? EXIT.unavailable : EXIT.data;
      throw new CliError(code, printable(reasonOf(error)), { cause: error });
    }
  };
}
