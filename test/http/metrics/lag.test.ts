import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createLagMeter, type LagMeter } from '../../../src/http/metrics/lag.ts';

function watch(): LagMeter {
  const meter = createLagMeter();
  onTestFinished(() => meter.stop());
  return meter;
}

/** Keeps the event loop from turning, and lets it turn until that has been seen. */
async function block(ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (performance.now() < end);
  await turn();
  await turn();
}

/** Node measures from one look at the loop to the next: the first block makes the first look. */
async function blockAfterLook(ms: number): Promise<void> {
  await block(20);
  await block(ms);
}

test('an event loop that was blocked shows as late by as much', async () => {
  const meter = watch();
  await blockAfterLook(200);
  expect(meter.take().max).toBeGreaterThan(0.15);
});

test('a lag that was taken is told no more', async () => {
  const meter = watch();
  await blockAfterLook(200);
  meter.take();
  expect(meter.take()).toEqual({ p50: 0, p99: 0, max: 0 });
});
