import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { makePlace } from '../support/instance.ts';
import { helm, objectsIn, template } from '../support/kubernetes/chart.ts';
import { describeWith } from '../support/requirement.ts';
import { ROOT, read } from './fixture.ts';

const readme = read('helm/idpmap/README.md');

/** The story that the README leads to. */
const [, story = ''] =
  /^## A sidecar in ten minutes\n(.*?)^### /ms.exec(read('docs/kubernetes.md')) ?? [];

/** The values that it proposes, by the kind of their directory and what idpmap logs in with. */
const whole = [...story.matchAll(/^```yaml\n(.*?)^```$/gms)].filter(([, text = '']) =>
  text.includes('directories:'),
);
const proposals = whole.map(([, text = '']) => {
  const [, type] = /type: (\w+)/.exec(text) ?? [];
  return {
    text,
    title: `${type} with ${text.includes('existingSecret') ? 'a secret' : 'a token'}`,
  };
});

describeWith(['helm'], 'values that docs/kubernetes.md proposes', () => {
  test.each(proposals)('render for $title', async ({ text }) => {
    const file = join(await makePlace(), 'values.yaml');
    await writeFile(file, text);
    const objects = objectsIn(await template(['--values', file]));
    expect(objects.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['ConfigMap', 'StatefulSet', 'Service']),
    );
  });

  test.each(proposals)('pass helm lint --strict for $title', async ({ text }) => {
    const file = join(await makePlace(), 'values.yaml');
    await writeFile(file, text);
    const said = await helm(['lint', '--strict', join(ROOT, 'helm/idpmap'), '--values', file]);
    expect(said).toContain('0 chart(s) failed');
  });
});

test('the README tells the ten minutes by a link', () => {
  const [, section = ''] = /^## A sidecar in ten minutes\n(.*?)^## /ms.exec(readme) ?? [];
  expect(section).toContain('docs/kubernetes.md#a-sidecar-in-ten-minutes');
  expect(section).not.toContain('```');
});

test('docs/kubernetes.md proposes values for Keycloak, with a secret and without, and for LDAP', () => {
  expect(proposals.map(({ title }) => title)).toEqual([
    'keycloak with a secret',
    'keycloak with a token',
    'ldap with a secret',
  ]);
});

test('it names the public templates, and no others', () => {
  const defined = read('helm/idpmap/templates/_api.tpl').matchAll(/define "(idpmap\.\w+)"/g);
  const named = readme.matchAll(/^\| `(idpmap\.\w+)` \|/gm);
  const names = (found: Iterable<readonly string[]>) => new Set([...found].map(([, name]) => name));
  expect(names(named)).toEqual(names(defined));
});

const table = readme.split('\n## Values\n')[1] ?? '';

test('its values come in the order of values.yaml', () => {
  const values: Readonly<Record<string, unknown>> = parse(read('helm/idpmap/values.yaml'));
  const rows = [...table.matchAll(/^\| ([a-z]\w+)/gm)].map(([, name]) => name);
  expect([...new Set(rows)]).toEqual(Object.keys(values));
});

test('it says of every value what it is', () => {
  expect(table.match(/^.*\|\s+\|$/gm)).toBeNull();
});

test('its links lead to files of the repository', () => {
  const paths = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path = '']) => path);
  expect(paths.filter((path) => !existsSync(join(ROOT, 'helm/idpmap', path)))).toEqual([]);
});
