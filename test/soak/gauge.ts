import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { readRssMiB } from '../../bench/proc.ts';
import { until } from '../support/until.ts';

/** What the daemon holds at one time. */
export interface Sample {
  /** Live JavaScript objects and what hangs on them, after a collection. MiB. */
  readonly heldMiB: number;
  readonly rssMiB: number;
  readonly descriptors: number;
  readonly timers: number;
}

const LIMIT_MS = 60_000;

/** So often a sample is taken: what is only under way just now is not held. */
const LOOKS = 4;
const PAUSE_MS = 150;

/** Measures the daemon `pid`, which writes its own part to `file`: the least of a few looks. */
export async function takeSample(pid: number, file: string): Promise<Sample> {
  let least = await look(pid, file);
  for (let i = 1; i < LOOKS; i++) {
    await wait(PAUSE_MS);
    const next = await look(pid, file);
    least = {
      heldMiB: Math.min(least.heldMiB, next.heldMiB),
      rssMiB: Math.min(least.rssMiB, next.rssMiB),
      descriptors: Math.min(least.descriptors, next.descriptors),
      timers: Math.min(least.timers, next.timers),
    };
  }
  return least;
}

async function look(pid: number, file: string): Promise<Sample> {
  rmSync(file, { force: true });
  process.kill(pid, 'SIGUSR2');
  if (!(await until(() => existsSync(file), LIMIT_MS)))
    throw new Error('the daemon does not tell what it holds');
  const told: { readonly heldBytes: number; readonly timers: number } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  return {
    heldMiB: told.heldBytes / 1024 / 1024,
    rssMiB: readRssMiB(pid),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    timers: told.timers,
  };
}

/** How much more a quantity may be in the end than after the beginning: a share of it, and as much again as noise. */
const ROOM: Readonly<Record<keyof Sample, readonly [share: number, noise: number]>> = {
  heldMiB: [0.1, 6],
  rssMiB: [0.2, 32],
  descriptors: [0, 6],
  timers: [0, 6],
};

/** The medians of the second and the last quarter of a run; what was built up in the first is the start's. */
export function listLevels(samples: readonly Sample[]) {
  const quarter = Math.max(1, Math.floor(samples.length / 4));
  const [early, late] = [samples.slice(quarter, 2 * quarter), samples.slice(-quarter)];
  return QUANTITIES.map((quantity) => {
    const [before, after] = [early, late].map((part) => median(part.map((each) => each[quantity])));
    const [share, noise] = ROOM[quantity];
    const from = before ?? 0;
    const to = after ?? 0;
    return { quantity, from, to, isLevel: to <= from * (1 + share) + noise };
  });
}

const QUANTITIES = ['heldMiB', 'rssMiB', 'descriptors', 'timers'] as const;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
