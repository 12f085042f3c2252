import { execFileSync } from 'node:child_process';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { configure } from '../support/command.ts';
import { DEMO_PEOPLE, startDaemonProcess } from '../support/daemon.ts';
import { type RunningProcess, startProcess } from '../support/process.ts';
import { until } from '../support/until.ts';

const LIMIT_MS = 20_000;

/** A daemon in the midst of reading its configuration; `release` lets it read on. */
async function startReading() {
  const { config, place } = await configure({ whole: DEMO_PEOPLE });
  execFileSync('mkfifo', [config]);
  const daemon = startProcess(process.execPath, ['src/cli.ts', 'serve', '--config', config], {
    cwd: join(import.meta.dirname, '../..'),
    env: { IDPMAP_HTTP: 'off' },
  });
  onTestFinished(() => daemon.stop());
  // Opens when the daemon has opened it, too.
  const pipe = await open(config, 'w');
  const release = async (): Promise<void> => {
    await pipe.writeFile(DEMO_PEOPLE);
    // What the daemon follows is a file as ever.
    await rename(join(place, 'whole'), config);
    await pipe.close();
  };
  return { daemon, release };
}

const says = (daemon: RunningProcess, text: string): Promise<boolean> =>
  until(() => daemon.output().includes(text) || daemon.ended() !== undefined, LIMIT_MS);

test('SIGHUP before the configuration is read reloads once the daemon serves', async () => {
  const { daemon, release } = await startReading();
  process.kill(daemon.pid, 'SIGHUP');
  await release();
  await says(daemon, 'configuration reloaded');
  expect(daemon.ended()).toBeUndefined();
  expect(daemon.output()).toMatch(/told to reload(.*\n)*.*"listening"(.*\n)*.*reloaded/);
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s before the configuration is read stops the daemon',
  async (signal) => {
    const { daemon, release } = await startReading();
    process.kill(daemon.pid, signal);
    await release();
    await until(() => daemon.ended() !== undefined, LIMIT_MS);
    expect(daemon.ended()).toBe('ended with code 0');
    expect(daemon.output()).toContain('told to stop');
  },
);

test('a reload that hangs in a read keeps no process that is told to stop', async () => {
  const { config, place } = await configure({ whole: DEMO_PEOPLE });
  await rename(join(place, 'whole'), config);
  const daemon = await startDaemonProcess(['serve', '--config', config]);
  onTestFinished(() => daemon.stop());
  // As a file on a mount that hangs: a thread waits in open(2).
  execFileSync('mkfifo', [`${config}.fifo`]);
  await rename(`${config}.fifo`, config);
  process.kill(daemon.pid, 'SIGHUP');
  expect(await says(daemon, 'told to reload')).toBe(true);
  process.kill(daemon.pid, 'SIGTERM');
  expect(await until(() => daemon.ended() !== undefined, LIMIT_MS)).toBe(true);
  expect(daemon.output()).toContain('"stopped"');
});
