import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { type RunningProcess, startProcess } from './process.ts';
import { programFile } from './program.ts';
import { until } from './until.ts';

const ROOT = join(import.meta.dirname, '../..');
const START_LIMIT_MS = 20_000;
const COMMAND_LIMIT_MS = 60_000;

/** The environment of a process: given whole, nothing is inherited. */
export type Environment = Readonly<Record<string, string>>;

/** A configuration for a place of its own: the demo's people, a socket and no port. */
export const DEMO_PEOPLE = `
listen: unix:socketmap
control: control
domains: { example.com: { directory: people } }
directories: { people: { type: demo } }
`;

/**
 * Starts `idpmap`, as it is shipped, with these parameters, HTTP off unless `env` says where; waits until it
 * says that it listens. `program`: the sources, for what is loaded beside them and takes hold of their modules; or another
 * command.
 */
export async function startDaemonProcess(
  parameters: readonly string[],
  env: Environment = {},
  program: 'shipped' | 'sources' | readonly [string, ...string[]] = 'shipped',
): Promise<RunningProcess> {
  // Daemons of several tests run at a time, and its port is one.
  const isSaid = Object.keys(env).some((name) => name.startsWith('IDPMAP_HTTP'));
  const all = isSaid ? env : { ...env, IDPMAP_HTTP: 'off' };
  const [command, ...before] =
    typeof program === 'string'
      ? [process.execPath, program === 'sources' ? 'src/cli.ts' : await programFile()]
      : program;
  const daemon = startProcess(command, [...before, ...parameters], {
    cwd: ROOT,
    env: all,
  });
  const isListening = () => daemon.ended() !== undefined || /\blistening\b/.test(daemon.output());
  const isUp = (await until(isListening, START_LIMIT_MS)) && daemon.ended() === undefined;
  if (isUp) return daemon;
  const how = daemon.ended() ?? `does not listen after ${START_LIMIT_MS} ms`;
  await daemon.stop();
  throw new Error(`idpmap ${parameters.join(' ')} ${how}\n${daemon.output()}`.trimEnd());
}

/** What a command printed and how it ended. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of idpmap's commands to its end, whatever its exit code; killed after a minute. */
export async function runCommand(
  parameters: readonly string[],
  env: Environment = {},
): Promise<CommandResult> {
  const options = { cwd: ROOT, env, timeout: COMMAND_LIMIT_MS };
  const all = [await programFile(), ...parameters];
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, all, options, (error, stdout, stderr) => {
      const { exitCode } = child;
      if (exitCode === null)
        reject(new Error(`idpmap ${parameters.join(' ')} did not end`, { cause: error }));
      else resolve({ code: exitCode, stdout, stderr });
    });
  });
}
