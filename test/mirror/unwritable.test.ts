import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OpenOrders } from '../../src/mirror/store/thread.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';
import { DAY, listed, listing, openTestMirror } from './world.ts';

const ANN = 'ann@example.org';
/** As SQLite has it where a disk is full. */
const FULL: OpenOrders = () => ({
  give: async () => {
    throw new Error('database or disk is full');
  },
  close: async () => {},
});

let folder: TemporaryDirectory;
beforeEach(async () => {
  folder = await makeTemporaryDirectory('mirror-unwritable');
});
afterEach(() => folder.remove());

const settings = (): { readonly path: string } => ({ path: join(folder.path, 'd.db') });

/** A file that a daemon has left, which knew Ann. */
async function leave(time: { now: number }): Promise<void> {
  const former = await openTestMirror({ settings: settings() }, time);
  await former.tell(listing(listed(ANN), listed('bob@example.org')));
  await former.stop();
}

test('a disk that is full keeps nobody whom the file has from their mail, a restart neither', async () => {
  const time = { now: 1_000_000 };
  await leave(time);
  time.now += DAY;
  const again = await openTestMirror({ open: FULL, settings: settings(), retryMs: [DAY] }, time);
  await expect.poll(() => again.mirror.status().fault).toBe('database or disk is full');
  expect(await again.ask(ANN)).toMatchObject({
    status: 'found',
    stale: { cause: 'directory' },
    asked: true,
  });
  expect(await again.ask('who@example.org')).toMatchObject({ status: 'unknown', asked: true });
  await again.stop();
});
