import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { until } from './until.ts';

/** A server that a test started, with all the processes that it started in turn: one process group. */
export interface RunningProcess {
  readonly pid: number;
  /** What it and its children wrote to standard output and error, the newest 1 MiB. */
  output(): string;
  /** How it ended; absent while it runs. */
  ended(): string | undefined;
  /** Ends it with SIGTERM, five seconds later with SIGKILL, kills what it leaves behind, and waits until all are gone. */
  stop(): Promise<void>;
}

/** Where and with what a process runs. The environment is given whole: nothing is inherited. */
export interface ProcessOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

const MAX_OUTPUT = 1024 * 1024;
const GRACE_MS = 5000;

/**
 * Starts a program as the leader of a process group of its own, which is killed when the test process is gone.
 * @throws {Error} where the program cannot be started
 */
export function startProcess(
  command: string,
  parameters: readonly string[],
  options: ProcessOptions,
): RunningProcess {
  const child = spawn(command, parameters, {
    ...options,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const failures: string[] = [];
  child.on('error', ({ message }) => failures.push(message));
  const { pid } = child;
  if (pid === undefined)
    throw new Error(`cannot start ${command}: is it installed and executable?`);
  const guard = startGuard(pid);
  return {
    pid,
    output: collectOutput(child),
    ended: () => failures[0] ?? describeEnd(child),
    stop: async () => {
      child.kill('SIGTERM');
      await until(() => describeEnd(child) !== undefined, GRACE_MS);
      killGroup(pid);
      const isGone = await until(() => processesOf(pid).length === 0, GRACE_MS);
      if (!isGone) throw new Error(`${command} (${pid}) does not end`);
      guard.kill('SIGKILL');
    },
  };
}

/** The living processes of a process group; zombies, which only wait for their parent, are none. */
export function processesOf(group: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const [state, , itsGroup] = readStatus(pid);
      return Number(itsGroup) === group && state !== 'Z';
    });
}

/** State, parent, group and what follows them; nothing for a process that has just ended. */
function readStatus(pid: number): readonly string[] {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is a name in brackets, which may hold anything.
    return line.slice(line.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

/** Kills a group when this process is gone, however it went: then its end of the pipe closes. */
function startGuard(group: number): ChildProcess {
  return spawn('sh', ['-c', 'read -r _; kill -KILL "-$0"', String(group)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
}

function killGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
}

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

function describeEnd({ exitCode, signalCode }: ChildProcess): string | undefined {
  if (signalCode !== null) return `ended by ${signalCode}`;
  return exitCode === null ? undefined : `ended with code ${exitCode}`;
}
