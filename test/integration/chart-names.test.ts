import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConfigError } from '../../src/config/mistakes/problem.ts';
import { TYPES } from '../../src/directory/types.ts';
import { loadSettings } from '../../src/settings.ts';
import { read } from '../deploy/fixture.ts';
import { makePlace } from '../support/instance.ts';
import { template } from '../support/kubernetes/chart.ts';
import { describeWith } from '../support/requirement.ts';

const RIGHT = {
  domains: { 'example.org': { directory: 'people' }, 'example.net': { aliasOf: 'example.org' } },
  directories: {
    people: { type: 'file', path: 'people.yaml' },
    staff: {
      type: 'sqlite',
      path: 'users.sqlite',
      tables: { transport: { query: "SELECT a FROM t WHERE k = '%s'" } },
    },
  },
  maps: { t: { kind: 'table', directory: 'staff', table: 'transport' } },
};

/** Each a twin of the next, the last of the first. */
const circle = (...names: readonly string[]) =>
  Object.fromEntries(names.map((name, i) => [name, { aliasOf: names[(i + 1) % names.length] }]));

const WRONG: readonly (readonly [string, object])[] = [
  ['an unknown directory', { domains: { 'example.org': { directory: 'mial' } } }],
  ['an unknown twin', { domains: { ...RIGHT.domains, 'example.net': { aliasOf: 'exmaple.org' } } }],
  ['itself as its twin', { domains: { ...RIGHT.domains, 'a.org': { aliasOf: 'a.org' } } }],
  ['a circle of twins', { domains: { ...RIGHT.domains, ...circle('a.org', 'b.org', 'C.org.') } }],
  ['two that are each other’s', { domains: { ...RIGHT.domains, ...circle('a.org', 'b.org') } }],
  ['neither', { domains: { ...RIGHT.domains, 'a.org': { catchAll: 'a@example.org' } } }],
  ['a map of an unknown directory', { maps: { t: { kind: 'table', directory: 'x', table: 't' } } }],
  ['an unknown table', { maps: { t: { kind: 'table', directory: 'staff', table: 'tranport' } } }],
];

async function render(config: object): Promise<string> {
  const file = join(await makePlace(), 'values.yaml');
  const postfix = { image: { repository: 'example/postfix', tag: '1' } };
  await writeFile(file, JSON.stringify({ postfix, config }));
  return await template(['--values', file]);
}

describeWith(['helm'], 'names in the configuration that nobody has', () => {
  test('the chart and the daemon take what names what there is', async () => {
    await loadSettings({ environment: {}, instead: RIGHT });
    expect(await render(RIGHT)).toContain('kind: ConfigMap');
  });

  test('twins of a twin are none of the chart’s business, nor is who leads into a circle a part of it', async () => {
    const ring = circle('a.org', 'b.org');
    const domains = { ...RIGHT.domains, 'd.org': { aliasOf: 'example.net' } };
    expect(await render({ ...RIGHT, domains })).toContain('kind: ConfigMap');
    const told = render({
      ...RIGHT,
      domains: { ...domains, ...ring, 'e.org': { aliasOf: 'a.org' } },
    });
    await expect(told).rejects.toThrow(
      /config\.domains\.a\.org\.aliasOf goes in a circle \(a\.org → b\.org → a\.org\)/,
    );
    await expect(told).rejects.not.toThrow(/e\.org\.aliasOf/);
  });

  test.each(WRONG)('the chart refuses, as the daemon would: %s', async (_, part) => {
    const config = { ...RIGHT, ...part };
    await expect(loadSettings({ environment: {}, instead: config })).rejects.toThrow(ConfigError);
    await expect(render(config)).rejects.toThrow(/- config\.(?:domains|maps)\./);
  });
});

test('the chart knows which types have their tables in the configuration', () => {
  const types = TYPES.filter(({ tables }) => typeof tables === 'object').map(({ type }) => type);
  expect(read('helm/idpmap/templates/_checks-config.tpl')).toContain(
    `(list ${types.map((type) => `"${type}"`).join(' ')})`,
  );
});
