import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { configurationSchema } from '../../deploy/generate/chart/configuration.ts';
import { KINDS } from '../../deploy/generate/chart/kinds.ts';
import { valuesSchema } from '../../deploy/generate/chart/schema.ts';
import type { Schema } from '../../deploy/generate/chart/shapes.ts';
import { listChart } from '../../deploy/generate/chart/write.ts';
import { read } from './fixture.ts';

const generated = Object.entries(listChart());

test.each(generated)('%s is as its script says (else run `npm run chart`)', (path, text) => {
  expect(read(path)).toBe(text);
});

/** Paths of all values, groups among them. */
function pathsOf(tree: unknown, above = ''): readonly string[] {
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) return [];
  return Object.entries(tree).flatMap(([name, value]) => [
    above + name,
    ...pathsOf(value, `${above}${name}.`),
  ]);
}

test('no kind is left of a value that is gone', () => {
  const paths = pathsOf(parse(read('helm/idpmap/values.yaml')));
  const known = new Set(paths.flatMap((path) => [path, path.slice(path.lastIndexOf('.') + 1)]));
  expect(Object.keys(KINDS).filter((name) => !known.has(name))).toEqual([]);
});

/** The schema of such values, but for what every schema has. */
function schemaOf(values: string): unknown {
  const { properties = {}, additionalProperties }: Schema = JSON.parse(valuesSchema(values));
  const { global: _, enabled: __, ...rest } = properties;
  return { properties: rest, additionalProperties };
}

test('a value is of the type of its default, and its comment describes it', () => {
  const values =
    '# -- Number of\n# them\n# @default -- three\nnumber: 3\n# -- (int or string) Word\nword: a\n';
  expect(schemaOf(values)).toEqual({
    properties: {
      number: { description: 'Number of them', type: 'integer', minimum: 0 },
      word: { description: 'Word', type: 'string' },
    },
    additionalProperties: false,
  });
});

test('a group has nothing but its values, the first of which keeps its comment', () => {
  expect(schemaOf('# Of this and that.\ngroup:\n  # -- Whether\n  own: true\n')).toEqual({
    properties: {
      group: {
        type: 'object',
        properties: { own: { description: 'Whether', type: 'boolean' } },
        additionalProperties: false,
      },
    },
    additionalProperties: false,
  });
});

test.each(['{}', '[]', 'null'])('a new value whose default is %s asks what it may be', (value) => {
  expect(() => valuesSchema(`group:\n  fresh: ${value}\n`)).toThrow(
    'values.yaml: the default of group.fresh does not say what it may be: add it to deploy/generate/chart/kinds.ts',
  );
});

test.each(['startupProbe', 'livenessProbe', 'readinessProbe', 'resources', 'podSecurityContext'])(
  'an editor takes `%s: null`, which leaves out its default',
  (name) => {
    const { properties = {} }: Schema = JSON.parse(read('helm/idpmap/values.schema.json'));
    expect(properties[name]).toMatchObject({ type: ['null', 'object'] });
  },
);

const settings: Schema = JSON.parse(read('docs/idpmap.schema.json'));

test('the value `config` has every setting of idpmap, and those of the chart, which say so', () => {
  const own = { listen: {}, http: {}, control: {}, drain: {} };
  const names = Object.keys({ ...settings.properties, ...own });
  expect(Object.keys(configurationSchema().properties ?? {})).toEqual(names);
});

test('the value `config` is open nowhere that a setting of idpmap is closed', () => {
  const closed = (text: string) => text.split('"additionalProperties":false').length;
  const { listen: _, http: __, ...rest } = settings.properties ?? {};
  // Of a secret’s two groups one is left.
  const secrets = JSON.stringify(rest).split('"env":{').length - 1;
  expect(closed(JSON.stringify(configurationSchema()))).toBe(
    closed(JSON.stringify({ ...settings, properties: rest })) - secrets,
  );
});

test('the value `config` lists no alternatives, of which helm would print every one', () => {
  expect(JSON.stringify(configurationSchema())).not.toMatch(/"(?:anyOf|oneOf)":/);
});
