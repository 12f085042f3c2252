// npm run soak [-- --minutes N] [-- --seed N]: as root, with Postfix and slapd. Loopback only.
import { parseArgs } from 'node:util';
import { listFaults, soak } from './soak.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Math.trunc(Math.random() * 2 ** 31)) },
  },
});
const seed = Number(values.seed);
const minutes = Number(values.minutes);
if (!Number.isSafeInteger(seed) || !(minutes > 0)) {
  console.error('write --minutes 60 --seed 1');
  process.exit(64);
}
console.log(`seed ${seed}, ${minutes} minutes`);
const startedAt = performance.now();
const minutesPast = (): number => (performance.now() - startedAt) / 60_000;
let isStopped = false;
// Whoever ends it early gets the report of what was, and no daemon is left.
for (const sign of ['SIGINT', 'SIGTERM'] as const)
  process.once(sign, () => {
    isStopped = true;
  });
const goesOn = (): boolean => !isStopped && minutesPast() < minutes;
const report = await soak({ goesOn, seed, tell: console.log });
console.log(`\nseed ${seed}, ${report.samples.length} rounds, ${minutesPast().toFixed(1)} minutes`);
console.table(report.counts);
console.table(report.levels);
const faults = listFaults(report);
console.log(faults.length === 0 ? 'nothing wrong, all level' : faults.join('\n'));
process.exitCode = faults.length === 0 ? 0 : 1;
