import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { listGenerated } from '../../deploy/generate/generate.ts';
import { ROOT, read } from './fixture.ts';

const generated = Object.entries(listGenerated());

test.each(generated)('%s is as its script says (else run `npm run dashboards`)', (path, text) => {
  expect(read(path)).toBe(text);
});

test('no dashboard and no rule lies there that the script does not make', () => {
  const folders = ['deploy/grafana', 'deploy/prometheus', 'helm/idpmap/files'];
  const files = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name))),
  );
  const made = generated.map(([path]) => path).filter((path) => !path.endsWith('/Chart.yaml'));
  expect(files.toSorted()).toEqual(made.toSorted());
});

test('making them twice gives the same', () => {
  expect(Object.entries(listGenerated())).toEqual(generated);
});
