import { expect, test } from 'vitest';
import { listFaults, soak } from '../soak/soak.ts';
import { describeWith } from '../support/requirement.ts';

/** About a minute; `npm run soak` plays as long as it is told. */
const ROUNDS = 6;

describeWith(['root', 'postfix', 'slapd'], 'a soak of mixed faults beside a real Postfix', () => {
  test('refuses nobody who is known, takes nobody who is not, and holds no more in the end', {
    timeout: 600_000,
  }, async () => {
    const seed = Math.trunc(Math.random() * 2 ** 31);
    const lines: string[] = [];
    const report = await soak({
      goesOn: (rounds) => rounds < ROUNDS,
      seed,
      tell: (line) => lines.push(line),
    });
    const faults = listFaults(report);
    expect(faults.length === 0 ? [] : [`seed ${seed}`, ...lines, ...faults]).toEqual([]);
  });
});
