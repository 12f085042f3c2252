import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listGenerated } from '../../deploy/generate/generate.ts';
import { ROOT, read } from './fixture.ts';

const generated = Object.entries(listGenerated());

test.each(generated)(
  'deploy/%s is as its script says (else run `npm run dashboards`)',
  (path, text) => {
    expect(read(`deploy/${path}`)).toBe(text);
  },
);

test('no dashboard and no rule lies there that the script does not make', () => {
  const files = ['grafana', 'prometheus'].flatMap((folder) =>
    readdirSync(join(ROOT, 'deploy', folder)).map((name) => `${folder}/${name}`),
  );
  expect(files.toSorted()).toEqual(generated.map(([path]) => path).toSorted());
});

test('making them twice gives the same', () => {
  expect(Object.entries(listGenerated())).toEqual(generated);
});
