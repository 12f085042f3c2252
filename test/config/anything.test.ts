import fc from 'fast-check';
import { test } from 'vitest';
import { stringify } from 'yaml';
import { ConfigError } from '../../src/config/mistakes/problem.ts';
import { type Field, fieldsOf, type Shape } from '../../src/config/schema/shape.ts';
import { type Loaded, SCHEMA } from '../../src/settings.ts';
import { createScratch, LEAST, load, loadText } from './fixture.ts';

/** What may be thrown: a message for the administrator. Whatever else a configuration leads to fails the property. */
async function told(loading: Promise<Loaded>): Promise<Loaded | ConfigError> {
  try {
    return await loading;
  } catch (error) {
    if (
      error instanceof ConfigError &&
      /^(?:config|\/.*idpmap\.yaml(?::\d+:\d+)?): /.test(error.message)
    )
      return error;
    throw error;
  }
}

const NAMES = [
  'people',
  'others',
  'example.org',
  'EXAMPLE.ORG',
  'example.net',
  'm',
  'postmaster',
  'constructor',
  '__proto__',
  '',
  'a b',
];

/** Values that are right somewhere, and such as are right nowhere. */
const VALUES: readonly unknown[] = [
  'file demo table mailboxes senders exact people example.org ann@example.org 60s 50% off'.split(
    ' ',
  ),
  [
    'tcp://127.0.0.1:1',
    'tcp://0.0.0.0:1',
    'unix:a',
    '%s',
    '/x',
    '10.0.0.0/8',
    '',
    '\0',
    '\ud800',
    '%',
    '{',
  ],
  [0, 1, -1, 1.5, 1e300, true, false, null],
].flat();

const scalar = fc.oneof(
  fc.constantFrom(...VALUES),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.double(),
);

const anything: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.dictionary(fc.constantFrom(...NAMES, 'file', 'env', 'type'), scalar) },
);

/** Trees that are mostly of the schema's form, so that checks deep in it are reached. */
function treeOf(shape: Shape): fc.Arbitrary<unknown> {
  const formed = formOf(shape);
  return fc.oneof({ weight: 12, arbitrary: formed }, { weight: 1, arbitrary: anything });
}

function formOf(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'leaf':
      return fc.oneof(scalar, fc.constantFrom<unknown>(...(shape.values ?? ['x'])));
    case 'list':
      return fc.array(treeOf(shape.item.shape), { maxLength: 3 });
    case 'named':
      return fc.dictionary(fc.constantFrom(...NAMES), treeOf(shape.value.shape), { maxKeys: 4 });
    case 'group':
      return recordOf(shape.fields);
    case 'choice':
      return fc.oneof(
        recordOf(fieldsOf(shape, undefined)),
        ...Object.values(shape.options).map(({ fields }) => recordOf(fields)),
      );
  }
}

const recordOf = (fields: Readonly<Record<string, Field>>): fc.Arbitrary<unknown> =>
  fc.record(
    Object.fromEntries(Object.entries(fields).map(([name, { shape }]) => [name, treeOf(shape)])),
    { requiredKeys: [] },
  );

const tree = treeOf(SCHEMA.root);

test('any tree of settings loads or is told to be wrong', async () => {
  await fc.assert(
    fc.asyncProperty(tree, async (given) => void (await told(loadText(stringify(given))))),
    {
      numRuns: 150,
      // Wrong names that all objects have.
      examples: [[{ file: 'file', constructor: '' }]],
    },
  );
});

test('any text loads or is told to be wrong', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(
        fc.constantFrom(
          'domains',
          ':',
          ' ',
          '\n',
          '\t',
          '- ',
          '{',
          '}',
          '[',
          ']',
          ',',
          '&a',
          '*a',
          '"',
          "'",
          '|',
          '>',
          '#',
          '---',
          '!',
          '%',
          'x',
          '? ',
          '<<',
        ),
        { maxLength: 40 },
      )
      .map((parts) => parts.join('')),
  );
  await fc.assert(
    fc.asyncProperty(text, async (given) => void (await told(loadText(given)))),
    {
      numRuns: 100,
    },
  );
});

test('any environment loads or is told to be wrong', async () => {
  const segment = fc.constantFrom(
    'DOMAINS',
    'EXAMPLE_ORG',
    'DIRECTORIES',
    'PEOPLE',
    'TYPE',
    'MAPS',
    'M',
    'KIND',
    'LOG',
    'KEY',
    'KEY_FILE',
    'LISTEN',
    'CACHE',
    'FILE',
    'ROLES',
    'CONSTRUCTOR',
    '',
    '_',
    'x.y',
  );
  const name = fc.array(segment, { maxLength: 4 }).map((parts) => `IDPMAP_${parts.join('__')}`);
  const value = fc.oneof(
    fc.string({ unit: 'binary' }),
    scalar.map(String),
    tree.map((given) => JSON.stringify(given)),
  );
  const environment = fc.dictionary(
    fc.oneof(name, fc.constantFrom('SOCKETMAP_HOST', 'SOCKETMAP_PORT', 'CACHE_TTL_SECONDS')),
    value,
    { maxKeys: 5 },
  );
  await fc.assert(
    fc.asyncProperty(environment, async (given) => {
      await told(loadText(LEAST, { environment: given }));
    }),
    { numRuns: 100 },
  );
});

test('any override loads or is told to be wrong', async () => {
  using scratch = createScratch();
  const file = scratch.write('idpmap.yaml', LEAST);
  const overrides = fc.dictionary(
    fc.constantFrom(...Object.keys(SCHEMA.root.fields), 'x'),
    anything,
  );
  await fc.assert(
    fc.asyncProperty(
      overrides,
      async (given) => void (await told(load({ file, overrides: given }))),
    ),
    { numRuns: 100 },
  );
});
