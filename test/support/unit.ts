import { WATCH_TIMING } from '../../src/watch.ts';

/**
 * Set up for every unit test: a file that a test wrote is whole before anybody follows it, so nobody waits for it at first.
 * What is about files that are being written names its own timing.
 */
Object.assign(WATCH_TIMING, { restMs: Number.NEGATIVE_INFINITY });
