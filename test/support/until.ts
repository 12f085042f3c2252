import { setTimeout as wait } from 'node:timers/promises';

const PAUSE_MS = 20;

/** A busy machine is given so long, whatever a test asks for: that it comes to it is shown, not how fast. */
const PATIENCE_MS = 45_000;

/**
 * Asks again and again until `condition` holds, and says whether it came to that within `limitMs`, or the patience where
 * that is more. Rejects as soon as `condition` does. For states of other processes, which send no event.
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  limitMs: number,
): Promise<boolean> {
  const end = performance.now() + Math.max(limitMs, PATIENCE_MS);
  while (!(await condition())) {
    if (performance.now() > end) return false;
    await wait(PAUSE_MS);
  }
  return true;
}
