import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { sendCommand } from '../../../src/control/client.ts';
import type { MirrorStatus } from '../../../src/mirror/status.ts';
import { startDaemonProcess } from '../daemon.ts';
import type { RunningProcess } from '../process.ts';
import { makeTemporaryDirectory } from '../temporary.ts';
import { until } from '../until.ts';
import { KEY } from './daemons.ts';

const PATIENCE_MS = 60_000;

/** A daemon of a fleet, in a process of its own, that mirrors its directory `staff`. */
export interface MirroringDaemon {
  readonly running: () => RunningProcess;
  readonly status: () => Promise<MirrorStatus>;
  /** In how many entries the mirror differs from a fresh listing. */
  readonly diff: () => Promise<number>;
  /** Waits until it is in step, with so many accounts. */
  readonly has: (accounts: number) => Promise<boolean>;
  /** Waits until it is in step. */
  readonly isInStep: () => Promise<boolean>;
  readonly start: () => Promise<void>;
}

/** Starts one that ends with its test. `section`: the directory's, without its mirror's file; `mirror`: more of that. */
export async function startMirroring(
  engineUrl: string,
  section: object,
  mirror: object = {},
): Promise<MirroringDaemon> {
  const place = await makeTemporaryDirectory('idpmap-fleet-mirror');
  const config = join(place.path, 'idpmap.yaml');
  const control = join(place.path, 'control');
  await writeFile(
    config,
    stringify({
      listen: 'unix:socketmap',
      control: 'control',
      // The engine has a quarter of the deadline at most: whom it keeps waiting follows alone.
      deadline: '40s',
      fleet: { url: engineUrl, key: KEY, timeout: '10s' },
      domains: { 'example.test': { directory: 'staff' } },
      directories: {
        staff: { ...section, mirror: { path: join(place.path, 'staff.db'), ...mirror } },
      },
    }),
  );
  const begin = () => startDaemonProcess(['serve', '--config', config]);
  let daemon = await begin();
  onTestFinished(async () => {
    await daemon.stop();
    await place.remove();
  });
  const status = async (): Promise<MirrorStatus> => {
    const { mirrors } = await sendCommand(control, 'mirrors', { directory: 'staff' });
    const { staff } = mirrors;
    if (staff === undefined) throw new Error('it has no mirror');
    return staff;
  };
  return {
    running: () => daemon,
    status,
    diff: async () => {
      const told = await sendCommand(control, 'mirrorDiff', { directory: 'staff' });
      return told.onlyHere.count + told.onlyThere.count + told.different.count;
    },
    has: (accounts) =>
      until(async () => {
        const now = await status();
        return now.isInStep && now.accounts === accounts;
      }, PATIENCE_MS),
    isInStep: () => until(async () => (await status()).isInStep, PATIENCE_MS),
    start: async () => {
      daemon = await begin();
    },
  };
}

/** Those who follow the directory themselves, for all. */
export async function leadersOf(
  daemons: readonly MirroringDaemon[],
): Promise<readonly MirroringDaemon[]> {
  const statuses = await Promise.all(daemons.map(({ status }) => status()));
  return daemons.filter((_, i) => statuses[i]?.takenFrom === undefined);
}
