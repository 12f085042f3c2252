import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { configure } from '../support/command.ts';
import { DEMO_PEOPLE, startDaemonProcess } from '../support/daemon.ts';
import { type RunningProcess, startProcess } from '../support/process.ts';
import { until } from '../support/until.ts';

const LIMIT_MS = 20_000;

/** Makes a configuration in a file that hangs in a process with `env`; `release` lets it answer. */
async function configureHanging() {
  const { config, place } = await configure({ whole: DEMO_PEOPLE });
  await rename(join(place, 'whole'), config);
  execFileSync('mkfifo', [`${config}.pipe`]);
  const hanging = join(import.meta.dirname, '../support/hanging.ts');
  const env = { IDPMAP_HTTP: 'off', HANGS: config, NODE_OPTIONS: `--import=${hanging}` };
  const release = async (): Promise<void> => {
    const pipe = await open(`${config}.pipe`, 'w');
    await pipe.close();
  };
  return { config, env, release };
}

/** A daemon that waits for its configuration; `release` lets it read on. */
async function startReading() {
  const { config, env, release } = await configureHanging();
  const daemon = startProcess(process.execPath, ['src/cli.ts', 'serve', '--config', config], {
    cwd: join(import.meta.dirname, '../..'),
    env,
  });
  onTestFinished(() => daemon.stop());
  expect(await until(() => hears(daemon.pid, 'SIGHUP'), LIMIT_MS)).toBe(true);
  return { daemon, release };
}

/** Whether a process has something to do at a signal. */
function hears(pid: number, signal: NodeJS.Signals): boolean {
  const mask = /^SigCgt:\s*(\w+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${mask}`) >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n;
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
  const { config, env } = await configureHanging();
  const hanging = { ...env, HANGS_FROM: 'SIGUSR2' };
  const daemon = await startDaemonProcess(['serve', '--config', config], hanging, 'sources');
  onTestFinished(() => daemon.stop());
  process.kill(daemon.pid, 'SIGUSR2');
  expect(await says(daemon, 'the file hangs')).toBe(true);
  process.kill(daemon.pid, 'SIGHUP');
  expect(await says(daemon, 'told to reload')).toBe(true);
  process.kill(daemon.pid, 'SIGTERM');
  expect(await until(() => daemon.ended() !== undefined, LIMIT_MS)).toBe(true);
  expect(daemon.output()).toContain('"stopped"');
});

test('a reload that hangs is given up, and the next one is not kept by it', async () => {
  const { config, env, release } = await configureHanging();
  const hanging = { ...env, HANGS_FROM: 'SIGUSR2' };
  const daemon = await startDaemonProcess(['serve', '--config', config], hanging, 'sources');
  onTestFinished(() => daemon.stop());
  process.kill(daemon.pid, 'SIGUSR2');
  await says(daemon, 'the file hangs');
  process.kill(daemon.pid, 'SIGHUP');
  expect(await says(daemon, "the configuration can't be read")).toBe(true);
  expect(daemon.output()).toContain(`${config} does not answer`);
  await release();
  // The read that hung ends a moment later.
  const isReloaded = () => {
    process.kill(daemon.pid, 'SIGHUP');
    return daemon.output().includes('configuration reloaded');
  };
  expect(await until(isReloaded, LIMIT_MS)).toBe(true);
});
