import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { makePlace } from '../support/instance.ts';
import { CHART, helm, runTool, template, VALUES, withValues } from '../support/kubernetes/chart.ts';
import { describeWith } from '../support/requirement.ts';

type Tree = Readonly<Record<string, unknown>>;

/** A JSON schema, as far as the chart's is looked at. */
interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
}

const read = (name: string): string => readFileSync(join(CHART, name), 'utf8');
const values: Tree = parse(read('values.yaml'));
const schema: Schema = JSON.parse(read('values.schema.json'));

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The schema of the value at a path. */
const schemaOf = (path: readonly string[]): Schema | undefined =>
  path.reduce<Schema | undefined>((at, name) => at?.properties?.[name], schema);

/** Paths of what can be set: what is no group of further values. A map that is Kubernetes' own is one value. */
function pathsOf(tree: Tree, parent: readonly string[] = []): readonly (readonly string[])[] {
  return Object.entries(tree).flatMap(([name, value]) => {
    const path = [...parent, name];
    const isGroup = isTree(value) && schemaOf(path)?.description === undefined;
    return isGroup ? pathsOf(value, path) : [path];
  });
}

/** Paths of what a schema describes, without what is in those again. */
function describedIn(at: Schema, path: readonly string[] = []): readonly string[] {
  if (at.description !== undefined) return [path.join('.')];
  return Object.entries(at.properties ?? {}).flatMap(([name, inner]) =>
    describedIn(inner, [...path, name]),
  );
}

/** Groups of values that take a name which they do not know. */
function openGroups(at: Schema, path: string): readonly string[] {
  const { properties } = at;
  // Without fields of its own it is a map with names of the user's.
  if (properties === undefined) return [];
  const inner = Object.entries(properties).flatMap(([name, one]) =>
    openGroups(one, `${path}.${name}`),
  );
  return at.additionalProperties === false ? inner : [path, ...inner];
}

const paths = pathsOf(values).map((path) => path.join('.'));

describe('the values of the chart', () => {
  test('are in the schema, each with words', () => {
    const described = paths.filter((path) => schemaOf(path.split('.'))?.description !== undefined);
    expect(described).toEqual(paths);
  });

  test('are in the README', () => {
    const readme = read('README.md');
    expect(paths.filter((path) => !readme.includes(`| ${path} |`))).toEqual([]);
  });

  test('are all that the schema describes', () => {
    // A chart that has this one as a part of it passes `global` and `enabled` on.
    expect(new Set(describedIn(schema))).toEqual(new Set([...paths, 'global', 'enabled']));
  });

  test('no group of them takes a strange name', () => {
    expect(openGroups(schema, 'values')).toEqual([]);
  });
});

describeWith(['helm'], 'the chart', () => {
  test('passes helm lint --strict with its defaults', async () => {
    expect(await helm(['lint', '--strict', CHART])).toContain('0 chart(s) failed');
  });

  test.each(VALUES)('passes helm lint --strict with the values %s', async (name) => {
    const said = await helm(['lint', '--strict', CHART, ...withValues(name)]);
    expect(said).toContain('0 chart(s) failed');
  });

  test.each(VALUES)('renders the values %s the same each time', async (name) => {
    expect(await template(withValues(name))).toBe(await template(withValues(name)));
  });

  test.each([
    ['at the top', { replica: 2 }, ['replica']],
    ['in a group', { postfix: { image: { repo: 'x' } } }, ['/postfix/image', 'repo']],
    ['in the configuration', { config: { domain: {} } }, ['/config', 'domain']],
    [
      'in a directory of the configuration',
      { config: { directories: { staff: { type: 'file', path: 'a.yaml', pth: 'b' } } } },
      ['/config/directories/staff', 'pth'],
    ],
    [
      'in a map of the configuration',
      { config: { maps: { users: { kind: 'mailbox' } } } },
      ['/config/maps/users/kind', 'mailboxes'],
    ],
    ['in a number', { replicas: 'two' }, ['/replicas', 'integer']],
  ])('says where a typo is %s', async (_, wrong, words) => {
    const file = join(await makePlace(), 'values.yaml');
    await writeFile(file, JSON.stringify(wrong));
    const options = [...withValues('sidecar'), '--values', file];
    const said = await template(options).then(
      () => 'nothing',
      (error: Error) => error.message,
    );
    for (const word of words) expect(said).toContain(word);
  });
});

describeWith(['helmUnittest'], 'the suites of the chart', () => {
  test('pass', async () => {
    expect(await runTool('helm-unittest', ['--strict', CHART])).toMatch(
      /^Tests: +[1-9]\d* passed, /m,
    );
  });
});

describeWith(['helmDocs'], 'the README of the chart', () => {
  test('is what helm-docs makes of the values', async () => {
    const order = ['--sort-values-order', 'file'];
    const said = await runTool('helm-docs', [
      '--dry-run',
      '--log-level=error',
      ...order,
      '-c',
      CHART,
    ]);
    expect(read('README.md').trim()).toBe(said.trim());
  });
});
