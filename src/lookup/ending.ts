/** What is called when a signal is aborted. */
export type Ends = Set<() => void>;

const known = new WeakMap<AbortSignal, Ends>();

/**
 * What is called, once, when `signal` is aborted: whoever adds to it takes out what is over. One listener stands for all, for as long as
 * the signal lives: a signal walks past those of all others to add one, and again to remove it.
 */
export function endsOf(signal: AbortSignal): Ends {
  const before = known.get(signal);
  if (before !== undefined) return before;
  const ends: Ends = new Set();
  known.set(signal, ends);
  signal.addEventListener('abort', () => {
    for (const end of ends) end();
    ends.clear();
  });
  return ends;
}
