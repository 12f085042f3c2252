import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { variableOf } from '../../src/config/sources/variables.ts';
import { TYPES } from '../../src/directory/types.ts';
import { configurationPage, envExample, jsonSchema, listReference } from '../../src/reference.ts';
import { createScratch, load } from './fixture.ts';

const ROOT = join(import.meta.dirname, '../..');

test.each(Object.entries(listReference()))(
  '%s is as the schema says (else run `npm run reference`)',
  (name, text) => {
    expect(readFileSync(join(ROOT, name), 'utf8')).toBe(text);
  },
);

/** Secrets of the examples lie in files that a test machine has not. */
const withSecret = (environment: NodeJS.Dict<string>, file: string): NodeJS.Dict<string> =>
  Object.fromEntries(
    Object.entries(environment).map(([name, text]) => [
      name,
      text?.startsWith('/run/secrets/') === true ? file : text,
    ]),
  );

/** All that `.env.example` shows, but for what names a second table: it shows one. */
const uncommented = envExample()
  .replaceAll(/^#IDPMAP_.*__DOMAIN_TABLE=.*$/gm, '')
  .replaceAll(/^#(?=IDPMAP_)/gm, '')
  .replaceAll('/etc/idpmap/hr.mjs', join(import.meta.dirname, '../directory/custom/least.mjs'));

test('.env.example is a configuration as it stands', async () => {
  const { settings, warnings } = await load({ environment: parseEnv(envExample()) });
  expect([Object.keys(settings.domains), warnings]).toEqual([['example.org', 'example.net'], []]);
});

/** Each directory has a file of its own, whose example is the same for all types. */
const MIRROR = /^(IDPMAP_DIRECTORIES__(\w+)__MIRROR__PATH=).*$/gm;

/** What stands in place of `fleet.url`. */
const INSTEAD = /^IDPMAP_FLEET__(?:SENTINEL|CLUSTER)__.*$/gm;

test('.env.example is one too when every line is taken in', async () => {
  using scratch = createScratch();
  const environment = withSecret(
    parseEnv(
      uncommented.replaceAll(MIRROR, '$1/var/lib/idpmap/mirrors/$2.db').replaceAll(INSTEAD, ''),
    ),
    scratch.write('secret', 'x'.repeat(32)),
  );
  const { warnings } = await load({ environment });
  expect(warnings).toEqual([]);
});

/** Directories that are only there for example: one of each type but the first. */
const OTHERS = TYPES.slice(1).map(({ type }) => variableOf(['directories', type]));

/** Settings without a default. */
const EXAMPLE =
  /^IDPMAP_(?:CONTROL|STATE|FLEET__.*|DOMAINS__.*|LISTED_DOMAINS__.*|DIRECTORIES|MAPS__USER_EXISTS__RESULT|MAPS__VIRTUAL_ALIASES__OWN|CACHE__FILE|LOG__KEY_FILE|HTTP__(?:TOKEN_FILE|HOSTS))$/;

test('.env.example shows the defaults', async () => {
  const active = await load({ environment: parseEnv(envExample()) });
  const builtIn = Object.keys(active.settings.maps).map((map) => `${variableOf(['maps', map])}__`);
  // Of a kind that no built-in map has, there is a map for example.
  const isExample = (name: string): boolean =>
    EXAMPLE.test(name) ||
    OTHERS.some((other) => name.startsWith(`${other}__`)) ||
    (name.startsWith('IDPMAP_MAPS__') && !builtIn.some((map) => name.startsWith(map)));
  const defaults = Object.entries(parseEnv(uncommented)).filter(([name]) => !isExample(name));
  const shown = await load({ environment: Object.fromEntries(defaults) });
  expect(shown.settings).toEqual(active.settings);
});

test('.env.example tells every setting that a variable of its own gives', () => {
  const told = Object.keys(parseEnv(uncommented));
  const missing = [...configurationPage().matchAll(/`(?<name>IDPMAP_[A-Z_]+)`/g)]
    .map(({ groups }) => groups?.['name'] ?? '')
    .filter((name) => !/NAME|__MAP__|DOMAIN|CONFIG|PEOPLE/.test(name) && !told.includes(name));
  expect(missing).toEqual([
    'IDPMAP_HTTP',
    'IDPMAP_HTTP__TOKEN',
    'IDPMAP_CONNECTIONS',
    'IDPMAP_CACHE',
    'IDPMAP_CACHE__ENTRIES',
    'IDPMAP_FLEET',
    'IDPMAP_FLEET__SENTINEL',
    'IDPMAP_FLEET__SENTINEL__PASSWORD',
    'IDPMAP_FLEET__SENTINEL__TLS',
    'IDPMAP_FLEET__CLUSTER',
    'IDPMAP_FLEET__KEY',
    'IDPMAP_FLEET__OTHER_KEY',
    'IDPMAP_FLEET__PASSWORD',
    'IDPMAP_FLEET__TLS',
    'IDPMAP_LOG',
    'IDPMAP_LOG__KEY',
  ]);
});

const examples = [...configurationPage().matchAll(/```yaml\n(?<text>[^]*?)```/g)].map(
  ({ groups }) => groups?.['text'] ?? '',
);

test.each(examples)('the example of the page loads:\n%s', async (text) => {
  using scratch = createScratch();
  scratch.write('key', 'x');
  const overlaid: unknown = parse(text.replaceAll(/\/run\/secrets\/[\w-]+/g, 'key'));
  const { file } = await load({
    file: scratch.write('idpmap.yaml', JSON.stringify({ ...LEAST_TREE, ...Object(overlaid) })),
  });
  expect(file).toBeDefined();
});

const LEAST_TREE = {
  domains: { 'example.org': { directory: 'people' } },
  directories: { people: { type: 'file', path: 'people.yaml' } },
};

test('the page tells each setting with its variable and default', () => {
  expect(configurationPage()).toContain(
    '| `cache.freshNone` | duration | `10s` | `IDPMAP_CACHE__FRESH_NONE` | The same for an address that nobody holds. |',
  );
});

test.each([
  [['properties', 'deadline', 'pattern'], '^\\d+ ?(ms|s|m|h|d)$'],
  [['properties', 'deadline', 'default'], '200ms'],
  [['properties', 'listen', 'anyOf', 0, 'type'], 'array'],
  [['properties', 'log', 'properties', 'key', 'anyOf', 2, 'type'], 'string'],
  [['additionalProperties'], false],
])('the JSON Schema says at %j: %j', (path, value) => {
  expect(parse(jsonSchema())).toHaveProperty(path, value);
});
