import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { metricsPage } from '../../../src/http/metrics/page.ts';
import { startLarge } from './fixture.ts';

test('docs/metrics.md is as the code says (else run `npm run reference`)', () => {
  const page = join(import.meta.dirname, '../../../docs/metrics.md');
  expect(readFileSync(page, 'utf8')).toBe(metricsPage());
});

test('the page tells of each metric of a scrape, with its type and labels, and of no other', async () => {
  const { scrape } = await startLarge();
  const text = await scrape();
  const exposed = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => {
    const series = new RegExp(`^${name}(?:_bucket)?\\{(.*)\\} `, 'm').exec(text)?.[1] ?? '';
    const labels = [...series.matchAll(/(\w+)="/g)].map(([, label = '']) => label);
    return { name, type, labels: labels.filter((label) => label !== 'le') };
  });
  const told = [...metricsPage().matchAll(/^### `(\w+)`\n\n(\w+)(?:, by ([^.]*))?\. /gm)].map(
    ([, name, type, labels = '']) => ({
      name,
      type,
      labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label),
    }),
  );
  expect(told).toEqual(exposed);
});
