import { describe, expect, test, vi } from 'vitest';
import { joining, waitFor, withinTime } from '../../src/directory/waiting.ts';
import { useFakeTime } from '../support/world.ts';

useFakeTime();

const never = new AbortController().signal;

/** Ends when its signal aborts. */
const endless = (signal: AbortSignal): Promise<string> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve('aborted')));

describe('a task', () => {
  test('is aborted when its time is over', async () => {
    const ended = withinTime(endless, 1000, never);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await ended).toBe('aborted');
  });

  test('is aborted with any of its signals', async () => {
    const own = new AbortController();
    const ended = joining(endless, new AbortController(), never, own.signal);
    own.abort();
    expect(await ended).toBe('aborted');
  });

  test('begins aborted where its signal is', async () => {
    const isAborted = withinTime(async ({ aborted }) => aborted, 1000, AbortSignal.abort());
    expect(await isAborted).toBe(true);
  });

  test('leaves no timer behind', async () => {
    await withinTime(async () => 'done', 1000, never);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('who waits for what others wait for too', () => {
  const left = () => new Error('left');

  test('gets what it comes to', async () => {
    await expect(waitFor(Promise.resolve('done'), never, left)).resolves.toBe('done');
    await expect(waitFor(Promise.reject(new Error('failed')), never, left)).rejects.toThrow(
      'failed',
    );
  });

  test('leaves with its signal', async () => {
    const own = new AbortController();
    const waiting = waitFor(new Promise(() => {}), own.signal, left);
    own.abort();
    await expect(waiting).rejects.toThrow('left');
  });

  test('does not wait where its signal has aborted', async () => {
    await expect(waitFor(new Promise(() => {}), AbortSignal.abort(), left)).rejects.toThrow('left');
  });
});
