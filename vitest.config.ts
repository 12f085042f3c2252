import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/sequencer.ts';

/** What a busy machine does not reach, a state that is asked for again and again no more than a test: one that takes so long hangs. */
const PATIENCE = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  expect: { poll: { timeout: 45_000 } },
};

/** The same for servers, which are installed, filled and waited for. */
const SERVERS_PATIENCE = { ...PATIENCE, testTimeout: 180_000, hookTimeout: 600_000 };

/**
 * Unit tests that take longer than all others together: the law, over any sequence; bugs planted in the sources, one by one; an
 * example on a copy; a tool over all rules.
 */
const SLOW = [
  'test/law/*.test.ts',
  'test/deploy/rules.test.ts',
  'test/docs/worked.test.ts',
  'test/library/{follow,own}.test.ts',
  'test/mirror/{killed,many}.test.ts',
];

/**
 * What needs the machine for itself: images, which all containers' store is locked for while they are made, and what measures.
 */
const ALONE = [
  'test/{integration,e2e}/{bench,image,package-machine,packages,readme,soak,systemd-machine}.test.ts',
  'test/integration/compose*.test.ts',
];

/** Examples and modules say `idpmap/directory`, as who has installed it does. */
const resolve = {
  alias: ['directory', 'testing', 'index'].map((entry) => ({
    find: entry === 'index' ? /^idpmap$/ : new RegExp(`^idpmap/${entry}$`),
    replacement: fileURLToPath(new URL(`src/${entry}.ts`, import.meta.url)),
  })),
};

/**
 * `unit` needs nothing but Node and takes less than a minute, `slow` is the rest of its kind; `real` starts real servers, and
 * `alone` those that take turns.
 */
export default defineConfig({
  test: {
    // All of the machine's processors: vitest leaves one of two idle.
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    reporters: ['default', './test/support/reporter.ts'],
    projects: [
      {
        resolve,
        test: {
          name: 'unit',
          setupFiles: ['test/support/unit.ts'],
          // The files of a worker share its modules: what a test changes of them, it puts back. Loading them anew took half of the time.
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: [
            'test/integration/**',
            'test/e2e/**',
            'test/versions/**',
            'test/.mutants/**',
            ...SLOW,
          ],
          ...PATIENCE,
        },
      },
      { resolve, test: { name: 'slow', include: SLOW, ...PATIENCE } },
      // Starts many releases of one server, minutes each: `npm run test:versions`, not a part of `npm test`.
      {
        test: {
          name: 'versions',
          include: ['test/versions/**/*.test.ts'],
          fileParallelism: false,
          ...SERVERS_PATIENCE,
        },
      },
      {
        resolve,
        test: {
          name: 'real',
          // After the others. Two at a time, whatever the machine has: most of their time is a wait for servers.
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
          include: ['test/{integration,e2e}/**/*.test.ts'],
          exclude: ALONE,
          ...SERVERS_PATIENCE,
        },
      },
      {
        resolve,
        test: {
          name: 'alone',
          sequence: { groupOrder: 2 },
          fileParallelism: false,
          include: ALONE,
          ...SERVERS_PATIENCE,
        },
      },
    ],
  },
});
