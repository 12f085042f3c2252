/** Waits for `promise`, `withinMs` at most; resolves to whether it came. Rejects where it does by then. */
export async function settlesWithin(promise: Promise<unknown>, withinMs: number): Promise<boolean> {
  if (withinMs === Number.POSITIVE_INFINITY) return promise.then(() => true);
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), withinMs);
  });
  try {
    return await Promise.race([promise.then(() => true), over]);
  } finally {
    clearTimeout(timer);
  }
}
