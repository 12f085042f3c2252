// npm run soak [-- --minutes N] [-- --seed N]: as root, with Postfix and slapd. Loopback only.
import { parseArgs } from 'node:util';
import { ROUND_MS, soak } from './soak.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Math.trunc(Math.random() * 2 ** 31)) },
  },
});
const seed = Number(values.seed);
const rounds = Math.ceil((Number(values.minutes) * 60_000) / ROUND_MS);
if (!Number.isSafeInteger(seed) || !(rounds > 0)) {
  console.error('write --minutes 60 --seed 1');
  process.exit(64);
}
console.log(`seed ${seed}, ${rounds} rounds`);
const startedAt = performance.now();
const { counts, wrong, levels, hurt } = await soak({ rounds, seed, tell: console.log });
console.log(`\nseed ${seed}, ${((performance.now() - startedAt) / 60_000).toFixed(1)} minutes`);
console.table(counts);
console.table(levels);
for (const line of [...wrong, ...hurt]) console.log(line);
const isGood = wrong.length === 0 && hurt.length === 0 && levels.every(({ isLevel }) => isLevel);
console.log(isGood ? 'nothing wrong, all level' : 'NOT GOOD');
process.exitCode = isGood ? 0 : 1;
