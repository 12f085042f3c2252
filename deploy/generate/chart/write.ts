import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { valuesSchema } from './schema.ts';

/** What is made of the chart's values and idpmap's settings: text by place in the repository. */
export const listChart = (): Readonly<Record<string, string>> => ({
  'helm/idpmap/values.schema.json': valuesSchema(),
});

if (import.meta.main)
  for (const [path, text] of Object.entries(listChart()))
    await writeFile(join(import.meta.dirname, '../../..', path), text);
