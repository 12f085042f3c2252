/**
 * The event loop is one for lookups and for whatever lists thousands of people. Such work is done in slices: after each few
 * entries it asks `isLongEnough`, and lets others run. What is measured is one turn of the loop, whoever works in it.
 */

/** So long may all such work take in one turn: a lookup that comes meanwhile waits for the rest of it. */
const SLICE_MS = 0.5;

/** When the first of it began in this turn; absent: none did. */
let begunAt: number | undefined;

/** Whether enough of it was done in this turn. Once others ran, some is done before this is asked again: nobody waits behind others for ever. */
export function isLongEnough(): boolean {
  if (begunAt !== undefined) return performance.now() - begunAt >= SLICE_MS;
  begunAt = performance.now();
  setImmediate(endTurn);
  return false;
}

function endTurn(): void {
  begunAt = undefined;
}

/** Resolves in the next turn, once whatever has come meanwhile was answered. What is done then counts already. */
export const letOthersRun = (): Promise<void> =>
  new Promise((resolve) =>
    setImmediate(() => {
      isLongEnough();
      resolve();
    }),
  );
