import { join } from 'node:path';
import { type BenchDaemon, type DaemonOptions, startDaemon, UNLIMITED } from '../daemon.ts';
import { readCpuMs, readRssMiB } from '../proc.ts';
import type { Stage } from '../stage.ts';
import { MILLI, meterOf } from './scraping.ts';

/** A daemon whose directory is mirrored, once it is in step, and what that took. */
export interface Mirrored {
  readonly daemon: BenchDaemon;
  /** From the start of its process. */
  readonly wallMs: number;
  /** Its own CPU time since it listens. */
  readonly cpuMs: number;
  /** How late its event loop was meanwhile, at the 99th percentile. */
  readonly lagMs: number;
  readonly rssMiB: number;
}

/** Starts it, and waits until it is in step. `meanwhile` runs until then. */
export async function startMirrored(
  stage: Stage,
  directory: object,
  {
    mirror,
    meanwhile,
    ...more
  }: Partial<DaemonOptions> & {
    readonly mirror?: object;
    readonly meanwhile?: (daemon: BenchDaemon) => Promise<void>;
  } = {},
): Promise<Mirrored> {
  const path = join(stage.directory, 'staff.db');
  const begunAt = performance.now();
  const daemon = await startDaemon(stage, {
    accounts: 1,
    metrics: 'scraped',
    directory: {
      timeout: '10s',
      limit: UNLIMITED,
      ...directory,
      mirror: { path, whenAbsent: 'deny', refresh: '24h', ...mirror },
    },
    ...more,
    settings: { deadline: '5s', cache: { fresh: '1h', freshNone: '1h' }, ...more.settings },
  });
  await daemon.scrape();
  const cpuMs = readCpuMs(daemon.pid);
  const beside = meanwhile?.(daemon);
  await daemon.inStep();
  const wallMs = performance.now() - begunAt;
  const used = readCpuMs(daemon.pid) - cpuMs;
  const lagMs = MILLI * meterOf(await daemon.scrape(), 'nodejs_eventloop_lag_p99_seconds');
  await beside;
  return { daemon, wallMs, cpuMs: used, lagMs, rssMiB: readRssMiB(daemon.pid) };
}
