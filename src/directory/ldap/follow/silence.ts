import { preciseClock } from '../../../clock.ts';
import { Fault } from '../../directory.ts';
import type { Outlet } from './outlet.ts';

/** Watches a listing for silence. */
export interface Silence {
  readonly heard: () => void;
  /** Rejects where nothing was heard for too long. */
  readonly fault: Promise<never>;
  readonly stop: () => void;
}

/** Begins to watch. While reading is stopped nothing can be heard. */
export function guardAgainstSilence(outlet: Pick<Outlet, 'isPaused'>, mostMs: number): Silence {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  let heardAt = preciseClock.now();
  const timer = setInterval(
    () => {
      const now = preciseClock.now();
      if (outlet.isPaused()) heardAt = now;
      if (now - heardAt < mostMs) return;
      clearInterval(timer);
      reject(
        new Fault(
          'directory',
          `the server said nothing for ${mostMs / 1000} s in the middle of a listing: is its size limit for bind.dn larger than the number of entries (389-DS: nsSizeLimit: -1)?`,
        ),
      );
    },
    Math.max(1, mostMs / 4),
  );
  timer.unref();
  return {
    heard: () => {
      heardAt = preciseClock.now();
    },
    fault: promise,
    stop: () => clearInterval(timer),
  };
}
