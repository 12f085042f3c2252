import { setTimeout as wait } from 'node:timers/promises';

const PAUSE_MS = 20;

/**
 * Asks again and again until `condition` holds, and says whether it came to that within `limitMs`. Rejects as soon as
 * `condition` does. For states of other processes, which send no event.
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  limitMs: number,
): Promise<boolean> {
  const end = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > end) return false;
    await wait(PAUSE_MS);
  }
  return true;
}
