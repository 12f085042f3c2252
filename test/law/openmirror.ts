import { silentLog } from '../../src/log.ts';
import { type Mirror, openMirror } from '../../src/mirror/mirror.ts';
import { openHere } from '../../src/mirror/store/thread.ts';

type Options = Parameters<typeof openMirror>[0];

/** Opens a mirror that knows no time but a plan's, and writes its file where it is. */
export const openLawMirror = (
  now: () => number,
  options: Pick<Options, 'settings' | 'follow' | 'confirm'> & Partial<Options>,
): Promise<Mirror> =>
  openMirror({
    name: 'd',
    fingerprint: 'f',
    rules: { sharedAliases: false },
    limits: { depth: 5, members: 100 },
    changed: () => {},
    released: () => {},
    clock: { now },
    log: silentLog,
    calendar: {
      now,
      stamp: () => ({ at: now() }),
      ageOf: ({ at }) => now() - at,
      isAgeKnown: () => true,
    },
    open: openHere,
    retryMs: [0],
    ...options,
  });
