import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createGuesses, MOST_GUESSES } from '../../src/http/guesses.ts';
import { networkOf } from '../../src/net/peers.ts';

/** Guesses as often as it is let, every `everyMs` for `ms`; gives how many there were. */
function guessFor(ms: number, everyMs: number, networks: readonly string[] = ['a']) {
  let now = 0;
  const guesses = createGuesses({ now: () => now });
  const count = new Map<string, number>();
  for (; now < ms; now += everyMs)
    for (const network of networks) {
      if (guesses.wait(network) > 0) continue;
      guesses.wrong(network);
      count.set(network, (count.get(network) ?? 0) + 1);
    }
  return { guesses, count: (network = 'a') => count.get(network) ?? 0 };
}

test('whoever guesses all the time has ten guesses, and one a second', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 60 }), (every, s) => {
      expect(guessFor(s * 1000, every).count()).toBeLessThanOrEqual(MOST_GUESSES + s);
    }),
  );
});

test('another network is kept from nothing', () => {
  const { guesses } = guessFor(60_000, 10);
  guesses.wrong('a');
  expect([guesses.wait('a') > 0, guesses.wait('b')]).toEqual([true, 0]);
});

test('whoever was right may mistype ten times again', () => {
  const { guesses } = guessFor(60_000, 10);
  guesses.right('a');
  for (let i = 0; i < MOST_GUESSES; i++) {
    expect(guesses.wait('a')).toBe(0);
    guesses.wrong('a');
  }
  expect(guesses.wait('a')).toBeGreaterThan(0);
});

test('it holds no more than a thousand networks', () => {
  const guesses = createGuesses({ now: () => 0 });
  for (let i = 0; i < 3000; i++)
    for (let k = 0; k <= MOST_GUESSES; k++) guesses.wrong(`network ${i}`);
  expect([guesses.wait('network 0'), guesses.wait('network 2999') > 0]).toEqual([0, true]);
});

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  [undefined, 'unix'],
  ['', 'unix'],
])('the address %s counts for the network %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
