import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildProgram } from '../deploy/bundle/build.ts';
import { addCode } from '../deploy/bundle/code.ts';
import { readCpuMs, readRssMiB } from './proc.ts';
import { accountAt, DOMAIN } from './questions.ts';
import { formatSpread, type Part, type Spread, spreadOf } from './report.ts';

const ROUNDS = 7;
/** After its first answer a daemon goes on loading what can wait; this long after it, it is idle. */
const IDLE_MS = 2500;
const LIMIT_MS = 60_000;

/** As the image and the unit start it. */
const FLAGS = ['--max-semi-space-size=1', '--v8-pool-size=1'];
const ENVIRONMENT = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '32768' };

/** Not `responder.ts`: to run TypeScript takes Node 20 MB and as long again. */
const BARE = `const reply = Buffer.from('5:OK ok,');
  net.createServer((socket) => socket.on('data', () => socket.write(reply))).listen(process.argv[1]);`;

/** One start. */
interface Start {
  /** From the start of its process to the first answer. */
  readonly answeredMs: number;
  /** CPU time until then, in whole ticks of 10 ms. */
  readonly cpuMs: number;
  /** And until it is idle: with what is loaded once mail is answered. */
  readonly wholeCpuMs: number;
  readonly rssMiB: number;
}

/** How long the shipped program takes to its first answer, and what it holds when it is idle, next to a bare Node server. */
export const start: Part = async (stage) => {
  const file = (name: string): string => join(stage.directory, name);
  await buildProgram(file('program'));
  cpSync(join(import.meta.dirname, '../package.json'), file('package.json'));
  await addCode(file('program'));
  writeFileSync(file('people.yaml'), `accounts: [{ address: ${accountAt(0)} }]`);
  const serve = (http: string): readonly string[] => {
    const config = file(http === 'off' ? 'off.yaml' : 'on.yaml');
    writeFileSync(
      config,
      JSON.stringify({
        listen: `unix:${file('socket')}`,
        control: file('control'),
        state: 'off',
        http,
        domains: { [DOMAIN]: { directory: 'people' } },
        directories: { people: { type: 'file', path: 'people.yaml' } },
      }),
    );
    return [...FLAGS, file('program/idpmap.cjs'), 'serve', '--config', config];
  };
  const all: Readonly<Record<string, readonly string[]>> = {
    'bare Node': ['--eval', BARE, file('socket')],
    'idpmap without HTTP': serve('off'),
    'idpmap with HTTP': serve('tcp://127.0.0.1:0'),
  };
  const starts = new Map<string, Start[]>(Object.keys(all).map((name) => [name, []]));
  for (let i = 0; i < ROUNDS; i++) {
    const order = Object.entries(all);
    for (const [name, parameters] of i % 2 === 0 ? order : order.toReversed())
      starts.get(name)?.push(await startOnce(file('socket'), parameters));
  }
  const bare = starts.get('bare Node') ?? [];
  return {
    title: `start: from exec to the first answer over a Unix socket, then idle, ${ROUNDS} rounds`,
    columns: ['', 'ms', 'CPU ms', '× bare', 'CPU ms when idle', '× bare', 'RSS MiB', '× bare'],
    rows: [...starts].map(([name, seen]) => [
      name,
      format(seen.map(({ answeredMs }) => answeredMs)),
      format(seen.map(({ cpuMs }) => cpuMs)),
      formatSpread(ratiosOf(seen, bare, 'cpuMs')),
      format(seen.map(({ wholeCpuMs }) => wholeCpuMs)),
      formatSpread(ratiosOf(seen, bare, 'wholeCpuMs')),
      format(seen.map(({ rssMiB }) => rssMiB)),
      formatSpread(ratiosOf(seen, bare, 'rssMiB')),
    ]),
    notes: [
      'aims: at most 250 ms and 5 × bare; RSS at most 75 MiB with HTTP, 1.5 × bare without',
      'of a busy machine trust the CPU time, in ratios of one round',
    ],
    figures: Object.fromEntries(starts),
    faults: [],
  };
};

const format = (values: readonly number[]): string => {
  const { median, min, max } = spreadOf(values);
  return `${median.toFixed(0)} (${min.toFixed(0)}–${max.toFixed(0)})`;
};

const ratiosOf = (seen: readonly Start[], bare: readonly Start[], of: keyof Start): Spread =>
  spreadOf(seen.map((each, i) => each[of] / (bare[i]?.[of] ?? Number.NaN)));

async function startOnce(socket: string, parameters: readonly string[]): Promise<Start> {
  rmSync(socket, { force: true });
  const startedAt = performance.now();
  const child = spawn(process.execPath, parameters, { env: ENVIRONMENT, stdio: 'ignore' });
  try {
    while (!(await isAnswered(socket))) {
      if (child.exitCode !== null || performance.now() - startedAt > LIMIT_MS)
        throw new Error(`${parameters.join(' ')} does not answer`);
      await sleep(1);
    }
    const answeredMs = performance.now() - startedAt;
    const pid = child.pid ?? 0;
    const cpuMs = readCpuMs(pid);
    await sleep(IDLE_MS);
    return { answeredMs, cpuMs, wholeCpuMs: readCpuMs(pid), rssMiB: readRssMiB(pid) };
  } finally {
    await end(child);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

const REQUEST = `user-exists ${accountAt(0)}`;

/** Asks once, on a connection of its own; false while nobody listens, and for TEMP. */
function isAnswered(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket, () => connection.write(`${REQUEST.length}:${REQUEST},`));
    connection.on('error', () => resolve(false));
    connection.on('close', () => resolve(false));
    connection.on('data', (reply) => {
      resolve(reply.includes('OK '));
      connection.destroy();
    });
  });
}
