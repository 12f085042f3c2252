import { expect, test, vi } from 'vitest';
import { Fault } from '../../../../src/directory/directory.ts';
import { Transient } from '../../../../src/directory/keycloak/http/faults.ts';
import { createGate } from '../../../../src/directory/keycloak/http/gate.ts';
import { testClock, useFakeTime } from '../../../support/world.ts';

useFakeTime();

const gate = () => createGate('https://sso.example.org', testClock);
const bootstrap = (seconds: number) => ({
  status: 503,
  text: `Bootstrap in progress. Retry in ${seconds} seconds.`,
});

test.each([
  { seconds: 1, ms: 1000 },
  { seconds: 2, ms: 2000 },
  { seconds: 16, ms: 2000 },
])('a start that asks for $seconds s closes it for $ms ms', ({ seconds, ms }) => {
  const own = gate();
  expect(() => own.note(bootstrap(seconds))).toThrow(expect.objectContaining({ kind: 'starting' }));
  vi.advanceTimersByTime(ms - 1);
  expect(() => own.check()).toThrow('starts');
  vi.advanceTimersByTime(1);
  expect(() => own.check()).not.toThrow();
});

test.each([
  { retryAfter: '3', ms: 3000 },
  { retryAfter: '86400', ms: 30_000 },
  { retryAfter: 'Sat, 21 Nov 2026 07:00:00 GMT', ms: 1000 },
  { retryAfter: '-1', ms: 1000 },
  { ms: 1000 },
])('a 429 with Retry-After $retryAfter closes it for $ms ms', ({ ms, ...headers }) => {
  const own = gate();
  expect(() => own.note({ status: 429, text: '', ...headers })).toThrow('429');
  vi.advanceTimersByTime(ms - 1);
  expect(() => own.check()).toThrow('429');
  vi.advanceTimersByTime(1);
  expect(() => own.check()).not.toThrow();
});

test.each([200, 401, 500, 503])('a reply of status %i leaves it open', (status) => {
  const own = gate();
  own.note({ status, text: '' });
  expect(() => own.check()).not.toThrow();
});

test('shortly after a start, what passes by itself is part of it', () => {
  const own = gate();
  expect(() => own.note(bootstrap(2))).toThrow('starts');
  vi.advanceTimersByTime(6999);
  expect(own.judge(new Transient('timeout', 'slow')).kind).toBe('starting');
  vi.advanceTimersByTime(1);
  expect(own.judge(new Transient('timeout', 'slow')).kind).toBe('timeout');
});

test('what has to be mended is no part of a start', () => {
  const own = gate();
  expect(() => own.note(bootstrap(2))).toThrow('starts');
  expect(own.judge(new Fault('directory', 'no such realm')).kind).toBe('directory');
});
