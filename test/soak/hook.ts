// Loaded into the daemon (node --import): on SIGUSR2 it writes what it holds to the file that SOAK_GAUGE names.
import { renameSync, writeFileSync } from 'node:fs';

const path = process.env['SOAK_GAUGE'] ?? '';

process.on('SIGUSR2', () => {
  // With --expose-gc: what is left after it is held by somebody.
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  writeFileSync(`${path}.new`, JSON.stringify({ heldBytes: heapUsed + external, timers }));
  renameSync(`${path}.new`, path);
});
