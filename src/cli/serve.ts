import type { ServeOptions } from './common.ts';
import { hearSignals, type SignalHandlers } from './signals.ts';

/** Runs the daemon until it is told to stop. */
export async function serve(options: ServeOptions): Promise<number> {
  const handlers = Promise.withResolvers<SignalHandlers>();
  hearSignals(handlers.promise);
  // Loading the daemon takes longer than all of its start: signals are heard before.
  const { run } = await import('./run.ts');
  return run(options, handlers.resolve);
}
