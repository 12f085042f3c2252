import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { readGroup } from '../../src/config/schema/shape.ts';
import { isTree } from '../../src/config/sources/tree.ts';
import { largestGroup, TYPES } from '../../src/directory/types.ts';
import { createScratch, loadText } from '../config/fixture.ts';

const ROOT = join(import.meta.dirname, '../..');

/** A configuration with one directory, the sample of its type; its secret lies where the test puts it. */
const withSample = ({ type, sample }: (typeof TYPES)[number], secret: string): string =>
  JSON.stringify({
    domains: { 'example.org': { directory: 'people' } },
    directories: { people: { type, ...sample } },
  })
    .replaceAll(/\/run\/secrets\/[\w-]+/g, secret)
    .replaceAll('/etc/idpmap/hr.mjs', join(import.meta.dirname, 'custom/least.mjs'));

describe.each(TYPES)('type $type', (type) => {
  test('has a sample that is a configuration', async () => {
    using scratch = createScratch();
    const { settings } = await loadText(withSample(type, scratch.write('secret', 'x')));
    expect(settings.directories['people']).toMatchObject({ type: type.type });
  });

  test('has the settings that it says it lists domains and names tables by', () => {
    const named = [type.lists, isTree(type.tables) ? type.tables.setting : undefined];
    const missing = named.filter(
      (name) => name !== undefined && !Object.hasOwn(type.schema.shape, name),
    );
    expect(missing).toEqual([]);
  });

  test('shows an example of each setting that it requires', () => {
    const { fields } = readGroup(type.schema);
    const bare = Object.entries(fields).filter(
      ([name, { required, example }]) => required && name !== 'type' && example === undefined,
    );
    expect(bare.map(([name]) => name)).toEqual([]);
  });

  test('says how large its groups may be', async () => {
    using scratch = createScratch();
    const { settings } = await loadText(withSample(type, scratch.write('secret', 'x')));
    const limits = Object.values(settings.directories).map(largestGroup);
    expect(limits).toEqual([expect.any(Number)]);
  });
});

test('no two types have one name', () => {
  expect(new Set(TYPES.map(({ type }) => type)).size).toBe(TYPES.length);
});

/** What a process loads from packages by the time that it has read a configuration. */
async function packagesLoadedFor(text: string): Promise<readonly string[]> {
  using scratch = createScratch();
  const script = scratch.write(
    'load.mjs',
    `import { registerHooks } from 'node:module';
     const loaded = new Set();
     registerHooks({
       load(url, context, next) {
         loaded.add(/.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1]);
         return next(url, context);
       },
     });
     const { loadSettings } = await import(${JSON.stringify(join(ROOT, 'src/settings.ts'))});
     await loadSettings({ environment: {}, file: ${JSON.stringify(scratch.write('idpmap.yaml', text))} });
     console.log(JSON.stringify([...loaded].filter(Boolean)));`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [script]);
  return JSON.parse(stdout);
}

/** What reads a configuration: everything else is a driver, or something for later. */
const READERS = ['leven', 'yaml', 'zod'];

// A type whose texts only its own code can read is read by that code, where there is a directory of it.
test.each(TYPES.filter((type) => type.check === undefined))(
  'reading a configuration of type $type loads no driver',
  async (type) => {
    using scratch = createScratch();
    const loaded = await packagesLoadedFor(withSample(type, scratch.write('secret', 'x')));
    expect(loaded.toSorted()).toEqual(READERS);
  },
);

test('each type has a page of its settings in the reference', () => {
  const page = readFileSync(join(ROOT, 'docs/configuration.md'), 'utf8');
  const missing = TYPES.filter(({ type }) => !page.includes(`with \`type: ${type}\``));
  expect(missing.map(({ type }) => type)).toEqual([]);
});
