import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import type { Change, Listed } from '../../src/directory/directory.ts';
import type { Order, Result } from '../../src/mirror/store/orders.ts';
import { piecesOf } from '../../src/mirror/store/posted.ts';
import type { Reply } from '../../src/mirror/store/thread.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';
import { listed, mark } from './world.ts';

const MANY = 40_000;
/** For three times as many people the thread needs no more; kept by name, these would need thrice as much. */
const MOST_HEAP_MB = 16;
const BATCH = 500;

/** The thread as it runs, with less memory. */
function openSmall(path: string) {
  const worker = new Worker(join(import.meta.dirname, '../../src/mirror/store/writer.ts'), {
    workerData: { path, fingerprint: 'f', guard: 0.1 },
    resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MB },
  });
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => {});
  worker.on('error', ended.reject);
  const give = async (order: Order): Promise<Result> => {
    const reply = Promise.withResolvers<Reply>();
    worker.once('message', reply.resolve);
    for (const piece of piecesOf(1, order)) {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window's
      worker.postMessage(piece);
    }
    const { result, failure } = await Promise.race([reply.promise, ended.promise]);
    if (result === undefined) throw new Error(failure?.reason);
    return result;
  };
  return { give, close: () => worker.terminate() };
}

const person = (i: number): readonly [ref: string, entry: Listed] => [
  `p:${String(i).padStart(36, '0')}`,
  listed(`person${i}@example.org`, { id: String(i), aliases: [`alias${i}@example.org`] }),
];
const apply = (...changes: readonly Change[]): Order => ({
  do: 'apply',
  changes,
  now: 1,
  stamp: { at: 1 },
});

test('however many a listing leaves out at once, the thread that writes keeps none of them in memory', async () => {
  const folder = await makeTemporaryDirectory('mirror-many');
  const { give, close } = openSmall(join(folder.path, 'd.db'));
  try {
    await give({ do: 'begin' });
    for (let i = 0; i < MANY; i += BATCH) {
      const entries = Array.from({ length: BATCH }, (_, k) => person(i + k));
      await give(apply({ kind: 'put', entries }));
    }
    await give(apply(mark()));
    await give(apply({ kind: 'listing', part: 'p' }));
    const { standing, unasked } = await give({ do: 'listed', part: 'p', now: 2 });
    expect(unasked).toBe(MANY);
    expect(standing).toMatchObject({ lost: MANY, isHeld: true });
    const { due = [] } = await give({ do: 'due', before: 0, after: '', most: 48 });
    expect(due).toHaveLength(48);
  } finally {
    await close();
    await folder.remove();
  }
});
