import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openThread } from '../../../src/mirror/store/thread.ts';
import { makePlace } from '../../support/instance.ts';
import { LOWEST, niceOf } from '../../support/nice.ts';

test('the thread that writes a mirror gives way to lookups, which the thread that answers them does not', async () => {
  const place = await makePlace();
  const orders = openThread({ path: join(place, 'd.db'), fingerprint: 'f', guard: 0.1 });
  await orders.give({ do: 'begin' });
  const threads = await readdir('/proc/self/task');
  const nices = threads.map((id) => niceOf(`/proc/self/task/${id}/stat`));
  const own = await niceOf('/proc/self/stat');
  expect(own).toBeLessThan(LOWEST);
  expect(await Promise.all(nices)).toContain(Math.min(own + 10, LOWEST));
  await orders.close();
});
