import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { ACCEPT_MS, type Choice, MirrorRun, type Seen } from './mirrorrun.ts';
import { STEPS, type Step } from './mirrorsteps.ts';
import { MINUTE } from './mirrorworld.ts';

/** Checks the law for mirrors through `runs` plans; rejects with the first one that breaks it. */
export async function checkMirror(
  runs: number,
  { shrinks = 'yes' }: { readonly shrinks?: 'yes' | 'no' } = {},
): Promise<Seen> {
  const seen: Seen = new Map();
  await fc.assert(
    fc.asyncProperty(
      STEPS,
      fc.constantFrom('ask' as const, 'deny' as const),
      fc.constantFrom(0, 200 * MINUTE, ACCEPT_MS),
      (plan, whenAbsent, denyFor) => carryOut(plan, { whenAbsent, denyFor }, seen),
    ),
    { numRuns: runs, endOnFailure: shrinks === 'no' },
  );
  return seen;
}

async function carryOut(plan: readonly Step[], choice: Choice, seen: Seen): Promise<void> {
  const folder = mkdtempSync(join(FOLDER, 'mirror-law-'));
  const run = new MirrorRun(folder, choice, seen);
  try {
    await run.open();
    for (const step of plan) await run.take(step);
  } finally {
    await run.mirror?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file is a file wherever it lies, and in memory there is no disk to wait for. */
const FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
