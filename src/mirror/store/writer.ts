import { parentPort, workerData } from 'node:worker_threads';
import { giveWay } from '../../priority.ts';
import type { Order, Writer } from './orders.ts';
import { createGathering, type Posted } from './posted.ts';
import { createStoreWriter, type WriterOptions } from './storewriter.ts';
import { failureOf, type Reply } from './thread.ts';

/** The thread that writes a mirror's file: whoever waits for the disk keeps no mail waiting, nor does who writes. */
giveWay();
const options: WriterOptions = workerData;
let writer: Writer | undefined;
const gathering = createGathering();

parentPort?.on('message', (piece: Posted) => {
  const order = gathering.take(piece);
  if (order === undefined) return;
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window's
  parentPort?.postMessage({ id: piece.id, ...carryOut(order) });
  if (order.do === 'close') parentPort?.close();
});

function carryOut(order: Order): Omit<Reply, 'id'> {
  try {
    writer ??= createStoreWriter(options);
    return { result: writer.carryOut(order) };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}
