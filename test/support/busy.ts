/** Keeps the event loop busy for at least so long. */
export function keepBusy(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

/** Counts the turns of the event loop, from now on. */
export function countTurns(): { readonly turns: () => number; readonly stop: () => void } {
  let count = 0;
  let next = setImmediate(step);
  function step(): void {
    count += 1;
    next = setImmediate(step);
  }
  return { turns: () => count, stop: () => clearImmediate(next) };
}
