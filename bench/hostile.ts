import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint } from '../src/net/endpoint.ts';
import { AT_WORK, MAP, startDaemon } from './daemon.ts';
import type { LoadJob } from './job.ts';
import { readRssMiB } from './proc.ts';
import { findWrong, formatMs, type Part } from './report.ts';

const ACCOUNTS = 2000;
const CLIENTS = 500;
const SECONDS = 4;
const MOST_GROWTH_MIB = 32;

/** How one connection misbehaves; it comes again as soon as it is closed. */
type Attack = (socket: Socket) => void;

const repeat = (text: string): Attack => {
  const bytes = Buffer.from(text);
  return (socket) => {
    const write = (): void => {
      while (!socket.destroyed && socket.write(bytes));
    };
    socket.on('drain', write);
    write();
  };
};

const frame = (payload: string): string => `${payload.length}:${payload},`;

const ATTACKS: Readonly<Record<string, Attack>> = {
  'announce ten digits of bytes': (socket) => socket.write('9999999999:'),
  'send digits without end': repeat('1'.repeat(1000)),
  'announce a request and leave it': (socket) => socket.write(`16384:${'x'.repeat(16_000)}`),
  'ask and read nothing': (socket) =>
    repeat(frame(`${MAP} nobody@example.net`).repeat(500))(socket.pause()),
};

/** What clients that mean harm cost: memory, and the time of those who ask politely meanwhile. */
export const hostile: Part = async (stage) => {
  const daemon = await startDaemon(stage, { accounts: ACCOUNTS, ...AT_WORK });
  const polite: LoadJob = {
    endpoint: daemon.unix,
    map: MAP,
    keys: { kind: 'zipf', count: ACCOUNTS },
    replies: 'true',
    connections: 8,
    depth: 1,
    paceMs: 5,
    end: { warmMs: 200, ms: SECONDS * 1000 },
    pid: daemon.pid,
  };
  // As many as will come: what a busy server's heap and buffers are then is no growth.
  await stage.load({ ...polite, connections: CLIENTS, end: { warmMs: 0, ms: 2000 } });
  const rows: string[][] = [];
  const faults: string[] = [];
  const figures: Record<string, object> = {};
  const note = async (name: string, attack?: Attack): Promise<void> => {
    const before = readRssMiB(daemon.pid);
    const end = attack === undefined ? async () => 0 : startAttack(daemon.tcp, attack);
    const result = await stage.load(polite);
    const grownMiB = readRssMiB(daemon.pid) - before;
    const opened = await end();
    const { p50, p99, max } = result.latency;
    rows.push([
      name,
      String(opened),
      grownMiB.toFixed(1),
      formatMs(p50),
      formatMs(p99),
      formatMs(max),
    ]);
    figures[name] = { opened, grownMiB, ...result };
    faults.push(...findWrong(name, result));
    if (grownMiB > MOST_GROWTH_MIB) faults.push(`${name}: ${grownMiB.toFixed(0)} MiB more`);
  };
  await note('nobody');
  for (const [name, attack] of Object.entries(ATTACKS)) {
    await note(name, attack);
    await sleep(500);
  }
  return {
    title: `hostile: ${CLIENTS} connections that come again for ${SECONDS} s, beside 8 polite ones on the Unix socket`,
    columns: ['they', 'connections', 'MiB more', 'p50 ms', 'p99 ms', 'max ms'],
    rows,
    notes: [
      `promised: at most ${MOST_GROWTH_MIB} MiB more, and every polite request is answered rightly`,
    ],
    figures,
    faults,
  };
};

/** Lets clients come until the function that comes back is called; that gives how many did. */
function startAttack(endpoint: Endpoint, attack: Attack): () => Promise<number> {
  const sockets = new Set<Socket>();
  let isOver = false;
  let opened = 0;
  const come = (): void => {
    if (isOver || endpoint.kind !== 'tcp') return;
    const socket = connect({ host: endpoint.host, port: endpoint.port });
    sockets.add(socket);
    opened++;
    socket.on('error', () => {});
    socket.once('connect', () => attack(socket));
    socket.once('close', () => {
      sockets.delete(socket);
      setTimeout(come, 20);
    });
  };
  for (let i = 0; i < CLIENTS; i++) come();
  return async () => {
    isOver = true;
    for (const socket of sockets) socket.destroy();
    await sleep(100);
    return opened;
  };
}
