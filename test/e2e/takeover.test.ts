import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { configure } from '../support/command.ts';
import { DEMO_PEOPLE, runCommand, startDaemonProcess } from '../support/daemon.ts';
import { connectClient } from '../support/instance.ts';
import { type RunningProcess, startProcess } from '../support/process.ts';
import { until } from '../support/until.ts';
import { show } from '../support/world.ts';

const LIMIT_MS = 20_000;

/** A daemon that hangs, and another one that has taken its places. */
async function startBesideHung() {
  const { config, place } = await configure({ 'idpmap.yaml': DEMO_PEOPLE });
  const former = await startDaemonProcess(['serve', '--config', config]);
  onTestFinished(async () => {
    if (former.ended() === undefined) process.kill(former.pid, 'SIGCONT');
    await former.stop();
  });
  const control = join(place, 'control');
  const { ino } = await stat(control);
  process.kill(former.pid, 'SIGSTOP');
  const daemon = startProcess(
    process.execPath,
    ['src/cli.ts', 'serve', '--takeover', '--config', config],
    { cwd: join(import.meta.dirname, '../..'), env: { IDPMAP_HTTP: 'off' } },
  );
  onTestFinished(() => daemon.stop());
  expect(await until(async () => (await stat(control)).ino !== ino, LIMIT_MS)).toBe(true);
  return { former, daemon, config, place };
}

const says = (daemon: RunningProcess, text: string): Promise<boolean> =>
  until(() => daemon.output().includes(text), LIMIT_MS);

const ends = async (daemon: RunningProcess): Promise<string | undefined> => {
  await until(() => daemon.ended() !== undefined, LIMIT_MS);
  return daemon.ended();
};

async function askAnew(place: string): Promise<string> {
  const client = connectClient({ kind: 'unix', path: join(place, 'socketmap') });
  try {
    return show(await client.ask('user-exists', 'user@example.com'));
  } finally {
    client.close();
  }
}

describe('a take-over from a daemon that hangs', () => {
  test('succeeds, and tells that the former one does not confirm', async () => {
    const { daemon, place } = await startBesideHung();
    expect(await says(daemon, '"listening"')).toBe(true);
    expect(daemon.output()).toContain('the former daemon does not confirm that it stops');
    expect(await askAnew(place)).toBe('OK user@example.com');
  });

  test('outlives the former one, which stops as soon as it hears of it', async () => {
    const { former, daemon, place, config } = await startBesideHung();
    expect(await says(daemon, '"listening"')).toBe(true);
    process.kill(former.pid, 'SIGCONT');
    expect(await ends(former)).toBe('ended with code 0');
    expect(await askAnew(place)).toBe('OK user@example.com');
    const lookup = ['lookup', 'user-exists', 'user@example.com', '--config', config];
    expect((await runCommand(lookup)).stdout).toBe('OK user@example.com\n');
  });

  test('is ended by SIGTERM while it waits', async () => {
    const { daemon } = await startBesideHung();
    process.kill(daemon.pid, 'SIGTERM');
    expect(await ends(daemon)).toBe('ended with code 0');
  });
});
