import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { LoadJob, LoadResult } from './job.ts';

/** A Node process of the bench. */
export interface Running {
  readonly pid: number;
  /** Waits for a line of its output that `pick` makes something of; rejects, with the output, where it ends before. */
  find<T>(pick: (line: string) => T | undefined): Promise<T>;
  /** Writes a line to its standard input. */
  say(line: string): void;
  /** Ends it, with SIGKILL if it does not within a few seconds, and waits for that. */
  stop(): Promise<void>;
}

/** What one part of the bench plays on: processes and files that are gone when it is cleared. */
export interface Stage {
  readonly directory: string;
  /** Starts the file `script`, of this folder where it is no absolute path; a server and a load are kept on CPUs of their own, where there are two. */
  start(
    role: 'server' | 'load',
    script: string,
    parameters: readonly string[],
    environment?: Readonly<Record<string, string>>,
  ): Running;
  /** Runs a load to its end; rejects, with what it said, where it fails. */
  load(job: LoadJob): Promise<LoadResult>;
  /** Stops what still runs and removes the files. Again: does nothing. */
  clear(): Promise<void>;
}

/** Creates an empty stage. */
export function createStage(): Stage {
  const directory = mkdtempSync(join(tmpdir(), 'idpmap-bench-'));
  const running = new Set<Running>();
  const start: Stage['start'] = (role, script, parameters, environment) => {
    const file = isAbsolute(script) ? script : join(import.meta.dirname, script);
    const all = [file, ...parameters];
    const started = startNode(role, all, environment);
    running.add(started);
    return started;
  };
  return {
    directory,
    start,
    load: async (job) => {
      const generator = start('load', 'load.ts', [JSON.stringify(job)]);
      const line = await generator.find((text) =>
        text.startsWith('{"replies"') ? text : undefined,
      );
      await generator.stop();
      running.delete(generator);
      const result: LoadResult = JSON.parse(line);
      return result;
    },
    clear: async () => {
      await Promise.all([...running].map((each) => each.stop()));
      running.clear();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const GRACE_MS = 3000;

function startNode(
  role: 'server' | 'load',
  parameters: readonly string[],
  environment?: Readonly<Record<string, string>>,
): Running {
  const [command = '', ...rest] = [...PIN[role], process.execPath, ...parameters];
  const child = spawn(command, rest, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`cannot start ${command}: is it installed?`);
  const output = collectOutput(child);
  child.stdin.on('error', () => {});
  return {
    pid,
    find: (pick) => findLine(child, output, pick),
    say: (line) => child.stdin.write(`${line}\n`),
    stop: async () => {
      if (hasEnded(child)) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** `taskset` becomes what it starts, so the process number stays. */
const PIN: Readonly<Record<'server' | 'load', readonly string[]>> =
  availableParallelism() >= 2 && spawnSync('taskset', ['--version']).status === 0
    ? { server: ['taskset', '-c', '0'], load: ['taskset', '-c', '1'] }
    : { server: [], load: [] };

/** Whether servers and loads have CPUs of their own. */
export const IS_PINNED = PIN.server.length > 0;

const MAX_OUTPUT = 64 * 1024;

function collectOutput(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8');
    stream?.on('data', (chunk: string) => {
      text = (text + chunk).slice(-MAX_OUTPUT);
    });
  }
  return () => text;
}

function findLine<T>(
  child: ChildProcess,
  output: () => string,
  pick: (line: string) => T | undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const found = output()
        .split('\n')
        .slice(0, -1)
        .map(pick)
        .find((each) => each !== undefined);
      if (found !== undefined) settle(() => resolve(found));
    };
    const fail = (): void => {
      look();
      settle(() => reject(new Error(`${child.spawnargs.join(' ')} ended:\n${output()}`)));
    };
    const settle = (end: () => void): void => {
      for (const stream of [child.stdout, child.stderr]) stream?.off('data', look);
      child.off('close', fail);
      end();
    };
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', look);
    child.once('close', fail);
    if (hasEnded(child)) fail();
    else look();
  });
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;
