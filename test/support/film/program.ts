import { closeSync, openSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { createLineWriter } from '../../../src/logwriter.ts';
import { startDaemonProcess } from '../daemon.ts';
import { makePlace } from '../instance.ts';
import { findFreePorts } from '../loopback.ts';
import { until } from '../until.ts';
import { still } from './film.ts';
import { once, type Scenes } from './scenes.ts';
import { dressed, read, type Scrape, scrape, together, without } from './scrape.ts';
import { names, setStage } from './stage.ts';

const LIMIT_MS = 20_000;
const LAG = 'nodejs_eventloop_lag_p99_seconds';
const OTHER = { pod: 'idpmap-1', instance: '10.0.0.2:9101' };

/** A process of its own, with the demo's people, and what it shows; it has ended by then. */
async function liveOnce(port: number): Promise<Scrape> {
  const daemon = await startDaemonProcess(['serve', '--demo'], {
    IDPMAP_LISTEN: `unix:${await makePlace()}/socketmap`,
    IDPMAP_HTTP: `tcp://127.0.0.1:${port}`,
  });
  const seen = await scrape({ kind: 'tcp', host: '127.0.0.1', port });
  await daemon.stop();
  return seen;
}

/** Connects, and waits until the daemon has taken it or turned it away. */
async function knock(path: string): Promise<Socket> {
  const socket = connect(path);
  onTestFinished(() => void socket.destroy());
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket.on('error', () => {});
}

/** Alerts on processes and what they were told. */
export const PROGRAM_SCENES: Scenes = {
  IdpmapAbsent: [
    async () => {
      const before = await (await setStage()).see();
      return once(before, { ...without(before), series: new Map() });
    },
  ],
  IdpmapInstanceDown: [
    async () => {
      const before = await (await setStage()).see();
      return once(before, without(before));
    },
  ],
  IdpmapRestarting: [
    async () => {
      const [port = 0] = await findFreePorts(1);
      const [one, other] = [await liveOnce(port), await liveOnce(port)];
      return {
        calm: [still(one, 10)],
        storm: [other, one, other, one, other].map((life) => still(life, 5)),
      };
    },
  ],
  IdpmapEventLoopLag: [
    async () => {
      const { see } = await setStage();
      const before = await see();
      let after = before;
      await until(async () => {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
        after = await see();
        return (read(after, LAG) ?? 0) > 0.1;
      }, LIMIT_MS);
      // Whatever this machine is busy with: before, it was not.
      return once(dressed(before, LAG, 0.01), after, 25);
    },
  ],
  IdpmapMemoryNearLimit: [
    async () => {
      const before = await (await setStage()).see();
      const memory = read(before, 'process_resident_memory_bytes') ?? 0;
      return once(before, dressed(before, 'idpmap_process_memory_limit_bytes', memory / 0.95));
    },
    async () => {
      const before = await (await setStage()).see();
      const heap = read(before, 'nodejs_heap_size_limit_bytes') ?? 0;
      return once(before, dressed(before, 'nodejs_heap_size_used_bytes', heap * 0.95));
    },
  ],
  IdpmapConnectionsRejected: [
    async () => {
      const { place, see } = await setStage({ top: 'connections: { max: 1 }' });
      const before = await see();
      await knock(`${place}/socketmap`);
      const turnedAway = await knock(`${place}/socketmap`);
      await new Promise((resolve) => turnedAway.once('close', resolve).resume());
      return once(before, await see(), 8);
    },
  ],
  IdpmapLogLinesDropped: [
    async () => {
      // A disk that is full.
      const descriptor = openSync('/dev/full', 'w');
      const writer = createLineWriter({ descriptor, maxQueued: 100, recovered: () => {} });
      onTestFinished(async () => {
        await writer.close(0);
        closeSync(descriptor);
      });
      const { see } = await setStage({ logged: writer.figures });
      const before = await see();
      for (const line of names('a line of a log ', 30)) writer.write(line);
      await until(async () => writer.figures.dropped > 0, LIMIT_MS);
      return once(before, await see(), 8);
    },
  ],
  IdpmapMemoryFull: [
    async () => {
      const { ask, askAll, see } = await setStage({ cache: ', entries: { found: 4 }' });
      await ask('transport', 'example.net');
      const before = await see();
      await askAll(names('p', 10));
      return once(before, await see(), 80);
    },
  ],
  IdpmapConfigReloadFailed: [
    async () => {
      const { daemon, see } = await setStage();
      const before = await see();
      daemon.countFailedReload('a mistake');
      return once(before, await see());
    },
  ],
  IdpmapConfigDiffers: [
    async () => {
      const [one, same, other] = await Promise.all([
        setStage().then(({ see }) => see()),
        setStage({ target: OTHER }).then(({ see }) => see()),
        setStage({ target: OTHER, cache: ', stale: 2d' }).then(({ see }) => see()),
      ]);
      return once(together(one, same), together(one, other), 25);
    },
  ],
};
