// npm run soak [-- --minutes N] [-- --seed N]: as root, with Postfix and slapd. Loopback only.
import { parseArgs } from 'node:util';
import { listFaults, ROUND_MS, soak } from './soak.ts';

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
const report = await soak({ rounds, seed, tell: console.log });
console.log(`\nseed ${seed}, ${((performance.now() - startedAt) / 60_000).toFixed(1)} minutes`);
console.table(report.counts);
console.table(report.levels);
const faults = listFaults(report);
console.log(faults.length === 0 ? 'nothing wrong, all level' : faults.join('\n'));
process.exitCode = faults.length === 0 ? 0 : 1;
