import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { reasonOf } from '../../reason.ts';
import { CliError, EXIT } from '../exit.ts';
import { pathOf } from '../postfix/postconf.ts';

/** How a program of Postfix's ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A postmap that runs. `ended` rejects where there is none. */
export interface Running {
  readonly stdout: Readable;
  readonly ended: Promise<Omit<Ended, 'stdout'>>;
  /** Gives it what it reads. */
  end(input: string): void;
}

/** Runs `postmap` with these parameters and this on its standard input. */
export type RunPostmap = (parameters: readonly string[], input: string) => Promise<Ended>;

/** Makes a `RunPostmap`; `directory` is where main.cf lies, else postmap knows. It rejects where there is no postmap. */
export const createPostmap =
  (directory: string | undefined): RunPostmap =>
  async (parameters, input) => {
    const running = spawnPostmap(directory, parameters);
    running.end(input);
    const [stdout, ended] = await Promise.all([text(running.stdout), running.ended]);
    return { ...ended, stdout };
  };

/** Whatever a server behind a table does, its own time limits end it earlier. */
const POSTMAP_MS = 600_000;

/** Starts `postmap`. */
export function spawnPostmap(
  directory: string | undefined,
  parameters: readonly string[],
): Running {
  const place = directory === undefined ? [] : ['-c', directory];
  const child = spawn('postmap', [...place, ...parameters], {
    env: { ...process.env, PATH: pathOf(process.env) },
    timeout: POSTMAP_MS,
  });
  const code = new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) => reject(absent(error)));
    child.once('close', resolve);
  });
  const ended = Promise.all([code, text(child.stderr)]).then(([ending, stderr]) => ({
    code: ending,
    stderr,
  }));
  // It is waited for once its output was read.
  ended.catch(() => {});
  // Who ends before it has read all says why on standard error.
  child.stdin.on('error', () => {});
  return { stdout: child.stdout, ended, end: (input) => child.stdin.end(input) };
}

const absent = (cause: Error): CliError =>
  new CliError(
    EXIT.unavailable,
    `postmap can't be run (${reasonOf(cause)}): compare on the host that has the Postfix and its tables`,
    { cause },
  );
