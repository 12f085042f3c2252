import { expect, test } from 'vitest';
import { createRefusals } from '../../src/net/refusals.ts';
import { createNotes } from '../support/notes.ts';

function setUp() {
  let now = 0;
  const notes = createNotes();
  const refusals = createRefusals({ now: () => now }, notes.log);
  return {
    ...refusals,
    told: () =>
      notes.all.map(({ level, message, fields }) => [level, message.split(':')[0], fields]),
    pass: (ms: number) => {
      now += ms;
      refusals.sweep();
    },
  };
}

const LISTENER = 'tcp://127.0.0.1:9100';

test.each([
  ['too-many', 'connections are refused, as many are open as may be'],
  ['too-many-of-peer', 'connections of a peer are refused, it has as many as one may have'],
  ['accept', 'connections could not be accepted, is the limit of open files (ulimit -n) too low?'],
] as const)('%s is told once, and once when it is over', (rejection, message) => {
  const { note, told, pass } = setUp();
  for (let i = 0; i < 1000; i++) note(LISTENER, rejection, { peer: `10.0.0.${i}` });
  pass(29_999);
  note(LISTENER, rejection, { peer: '10.0.0.1' });
  pass(29_999);
  const about = { listener: LISTENER, rejection };
  expect(told()).toEqual([['warn', message, { ...about, peer: '10.0.0.0' }]]);
  pass(1);
  pass(30_000);
  expect(told().slice(1)).toEqual([
    ['info', 'connections are accepted again', { ...about, refused: 1001 }],
  ]);
});

test('each listener has its own line', () => {
  const { note, told } = setUp();
  for (const listener of [LISTENER, 'unix:/run/s', LISTENER]) note(listener, 'too-many', {});
  expect(told()).toHaveLength(2);
});

test('is told anew when it comes again', () => {
  const { note, told, pass } = setUp();
  note(LISTENER, 'too-many', {});
  pass(30_000);
  note(LISTENER, 'too-many', {});
  expect(told().map(([level]) => level)).toEqual(['warn', 'info', 'warn']);
});

test.each(['not-allowed', 'tls'] as const)('%s is no limit, and is counted only', (rejection) => {
  const { note, told, pass } = setUp();
  note(LISTENER, rejection, {});
  pass(60_000);
  expect(told()).toEqual([]);
});
