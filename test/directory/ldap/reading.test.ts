import { Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { createFrames } from '../../../src/directory/ldap/wire/frames.ts';
import { readMessages } from '../../../src/directory/ldap/wire/readmessages.ts';
import { letOthersRun } from '../../../src/loop.ts';
import { countTurns, keepBusy } from '../../support/busy.ts';

/** The least of messages, with its number in it. */
const message = (n: number): Buffer => Buffer.from([0x30, 1, n]);
const MANY = Array.from({ length: 8 }, (_, n) => n);
const ALL_AT_ONCE = Buffer.concat(MANY.map(message));

function read(take: (n: number) => void) {
  const socket = new Readable({ read: () => {} });
  const failures: unknown[] = [];
  const reading = readMessages(socket, {
    frames: createFrames(),
    take: (bytes) => take(bytes.readUInt8(2)),
    failed: (error) => failures.push(error),
  });
  return { socket, reading, failures };
}

/** Runs the event loop until nothing of it is left to do here. */
async function settle(): Promise<void> {
  for (let i = 0; i < 5 * MANY.length; i++) await letOthersRun();
}

test('others have their turn between messages that came at once, where they take long', async () => {
  const { turns, stop } = countTurns();
  onTestFinished(stop);
  const taken: number[] = [];
  const at: number[] = [];
  const { socket } = read((n) => {
    taken.push(n);
    at.push(turns());
    keepBusy(1);
  });
  socket.push(ALL_AT_ONCE);
  await settle();
  expect(taken).toEqual(MANY);
  expect(new Set(at).size).toBe(MANY.length);
});

test('nothing is taken while it is paused, and all of it in order once it goes on', async () => {
  const taken: number[] = [];
  const { socket, reading } = read((n) => {
    taken.push(n);
    if (n === 2) reading.pause();
  });
  socket.push(ALL_AT_ONCE);
  await settle();
  expect(taken).toEqual([0, 1, 2]);
  expect(reading.waiting).toBeGreaterThan(0);
  socket.push(message(8));
  await settle();
  expect(taken).toEqual([0, 1, 2]);
  reading.resume();
  await settle();
  expect(taken).toEqual([...MANY, 8]);
  expect(reading.waiting).toBe(0);
});

test('what has come is taken at once where nothing more will', async () => {
  const taken: number[] = [];
  const { socket, reading } = read((n) => {
    taken.push(n);
    keepBusy(1);
  });
  socket.push(ALL_AT_ONCE);
  socket.resume();
  await letOthersRun();
  expect(taken.length).toBeLessThan(MANY.length);
  reading.finish();
  expect(taken).toEqual(MANY);
  await settle();
  expect(taken).toEqual(MANY);
});

test('nothing is taken behind what can not be, or once it is stopped', async () => {
  const taken: number[] = [];
  const torn = read((n) => {
    taken.push(n);
    if (n === 1) throw new Error('torn');
  });
  torn.socket.push(ALL_AT_ONCE);
  await settle();
  expect(taken).toEqual([0, 1]);
  expect(torn.failures).toEqual([new Error('torn')]);

  const stopped = read((n) => {
    taken.push(n);
    stopped.reading.stop();
  });
  stopped.socket.push(ALL_AT_ONCE);
  await settle();
  expect(taken).toEqual([0, 1, 0]);
});
