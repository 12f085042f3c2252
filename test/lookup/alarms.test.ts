import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { createAlarms } from '../../src/lookup/alarms.ts';
import { testClock, useFakeTime } from '../support/world.ts';

useFakeTime();

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** Sets an alarm in `ms`; it notes when it rings. */
function setIn(alarms: ReturnType<typeof createAlarms>, ms: number, rung: number[]) {
  const at = testClock.now() + ms;
  const alarm = { at, ring: () => void rung.push(at) };
  alarms.set(alarm);
  return alarm;
}

test('rings each alarm when it is due, whatever order they are set in', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ waitMs: fc.nat(20), ms: fc.integer({ min: 1, max: 300 }) }), {
        minLength: 1,
        maxLength: 20,
      }),
      async (plan) => {
        const alarms = createAlarms(testClock);
        const late: number[] = [];
        let rung = 0;
        for (const { waitMs, ms } of plan) {
          await pass(waitMs);
          const at = testClock.now() + ms;
          alarms.set({
            at,
            ring: () => {
              rung += 1;
              late.push(testClock.now() - at);
            },
          });
        }
        await pass(400);
        expect(rung).toBe(plan.length);
        expect(new Set(late)).toEqual(new Set([0]));
        expect(vi.getTimerCount()).toBe(0);
      },
    ),
  );
});

test('never rings one that was called off', async () => {
  const alarms = createAlarms(testClock);
  const rung: number[] = [];
  const [off, on] = [setIn(alarms, 10, rung), setIn(alarms, 20, rung)];
  alarms.callOff(off);
  await pass(100);
  expect(rung).toEqual([on.at]);
});

test('has one timer for all, and none once its time has come and nobody waits', async () => {
  const alarms = createAlarms(testClock);
  for (let i = 0; i < 50; i++) {
    const alarm = setIn(alarms, 200, []);
    await pass(1);
    alarms.callOff(alarm);
  }
  expect(vi.getTimerCount()).toBe(1);
  await pass(200);
  expect(vi.getTimerCount()).toBe(0);
});

test('an alarm set by one that rings rings, too', async () => {
  const alarms = createAlarms(testClock);
  const rung: number[] = [];
  alarms.set({ at: testClock.now() + 5, ring: () => void setIn(alarms, 5, rung) });
  await pass(10);
  expect(rung).toHaveLength(1);
});

test('an alarm that is overdue already rings soon, not at once', async () => {
  const alarms = createAlarms(testClock);
  const rung: number[] = [];
  setIn(alarms, -5, rung);
  expect(rung).toEqual([]);
  await pass(1);
  expect(rung).toHaveLength(1);
});

test.each(['before', 'after'] as const)(
  'leaves no timer once it is stopped %s the last one was called off',
  (when) => {
    const alarms = createAlarms(testClock);
    const alarm = setIn(alarms, 200, []);
    if (when === 'before') alarms.stop();
    alarms.callOff(alarm);
    if (when === 'after') alarms.stop();
    expect(vi.getTimerCount()).toBe(0);
  },
);

test('still rings for those who wait when it is stopped', async () => {
  const alarms = createAlarms(testClock);
  const rung: number[] = [];
  setIn(alarms, 200, rung);
  alarms.stop();
  await pass(200);
  expect(rung).toHaveLength(1);
});
