import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { metricsPage } from './metrics/page.ts';

if (import.meta.main)
  await writeFile(join(import.meta.dirname, '../../docs/metrics.md'), metricsPage());
