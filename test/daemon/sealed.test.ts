import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readSealed, writeSealed } from '../../src/daemon/sealed.ts';
import { makePlace } from '../support/instance.ts';

const MIB = 1 << 20;

/** Counts the turns that others get. */
function countTurns(): () => number {
  let turns = 0;
  let immediate = setImmediate(function again() {
    turns += 1;
    immediate = setImmediate(again);
  });
  onTestFinished(() => clearImmediate(immediate));
  return () => turns;
}

test.for([
  ['few long lines', 100_000],
  ['many short ones', 50],
  ['lines longer than a slice', 600_000],
] as const)('others are served in the midst of %s', async ([, length]) => {
  const path = join(await makePlace(), 'state');
  const turnsSoFar = countTurns();
  let charsOfTurn = 0;
  let most = 0;
  let lastTurn = turnsSoFar();
  function* lines(): Generator<object> {
    const count = (8 * MIB) / length;
    for (let i = 0; i < count; i += 1) {
      if (turnsSoFar() !== lastTurn) charsOfTurn = 0;
      lastTurn = turnsSoFar();
      charsOfTurn += length;
      most = Math.max(most, charsOfTurn);
      yield { members: 'a'.repeat(length) };
    }
  }
  await writeSealed(path, lines());
  expect(most).toBeLessThanOrEqual(MIB);
  expect(await readSealed(path)).toHaveLength(
    (await readFile(path, 'utf8')).split('\n').length - 2,
  );
});
