import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, readSteps, takeSteps } from './worked.ts';

const steps = readSteps();

test.each(['A directory', 'A policy', 'A map kind'])(
  'the worked example "%s" needs three files of src/ at most',
  (title) => {
    const page = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
    const [, rest = ''] = page.split(`### ${title} (`);
    const [example = ''] = rest.split(/^#{2,3} /m);
    const paths = [...example.matchAll(/^<!-- \w+: (src\/\S+) -->$/gm)].map(([, path]) => path);
    expect(new Set(paths).size).toBe(3);
    expect(rest.startsWith('3)')).toBe(true);
  },
);

test('the files that the worked examples make are not there yet', () => {
  const made = steps.filter((step) => 'text' in step).map(({ path }) => path);
  expect(made.length).toBeGreaterThan(5);
  expect(made.filter((path) => existsSync(join(ROOT, path)))).toEqual([]);
});

test('the changes of the worked examples fit the code as it stands', () => {
  const changes = steps.filter((step) => 'before' in step);
  expect(changes.length).toBeGreaterThan(10);
  expect(() => takeSteps(steps)).not.toThrow();
});
