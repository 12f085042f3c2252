import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LoadOptions } from '../../../src/config/load.ts';
import { createScratch, LEAST, LEAST_ENVIRONMENT, load, loadText } from '../fixture.ts';

type Environment = LoadOptions['environment'];

const fromFile = async (environment: Environment, text = LEAST) =>
  (await loadText(text, { environment })).settings;

test.each<[string, Environment, object]>([
  ['a number', { IDPMAP_CONNECTIONS__MAX: '7' }, { connections: { max: 7 } }],
  ['true or false', { IDPMAP_PROPAGATE_EXTENSION: 'false' }, { propagateExtension: false }],
  ['a duration', { IDPMAP_CACHE__FRESH_NONE: '7s' }, { cache: { freshNone: 7000 } }],
  ['an empty text', { IDPMAP_RECIPIENT_DELIMITER: '' }, { recipientDelimiter: '' }],
  [
    'one of a list',
    { IDPMAP_LISTEN: 'tcp://127.0.0.1:1' },
    { listen: [{ endpoint: { port: 1 } }] },
  ],
  [
    'a list',
    { IDPMAP_LISTEN: '["tcp://127.0.0.1:1", {endpoint: "tcp://127.0.0.1:2"}]' },
    { listen: [{ endpoint: { port: 1 } }, { endpoint: { port: 2 } }] },
  ],
  [
    'a list on several lines',
    { IDPMAP_LISTEN: '- tcp://127.0.0.1:1\n- tcp://127.0.0.1:2\n' },
    { listen: [{ endpoint: { port: 1 } }, { endpoint: { port: 2 } }] },
  ],
  [
    'a group',
    { IDPMAP_LOG: '{level: warn, format: json}' },
    { log: { level: 'warn', format: 'json' } },
  ],
])('gives %s', async (_, environment, settings) => {
  expect(await fromFile(environment)).toMatchObject(settings);
});

test.each(['yes', '1e3', 'null', '~', '{a: b}', '"quoted"', ' spaced ', '#x', '0x10'])(
  'takes the text %j as it stands',
  async (text) => {
    const settings = await fromFile({
      IDPMAP_DIRECTORIES__STAFF__REALM: text,
      IDPMAP_DIRECTORIES__STAFF:
        '{type: keycloak, url: "https://sso.example.org", clientId: c, clientSecret: x}',
    });
    expect(settings.directories['staff']).toMatchObject({ realm: text });
  },
);

test.each(['yes', '1e3', 'null', '~', '"quoted"', ' spaced ', '#x', '0x10'])(
  'takes the text %j as it stands, where it stands alone for a list',
  async (text) => {
    const settings = await fromFile({
      IDPMAP_MAPS__T__TABLE: text,
      IDPMAP_MAPS__T: '{kind: table, directory: people}',
    });
    expect(settings.maps['t']).toMatchObject({ table: [{ table: text }] });
  },
);

test.each(['yes', '1e3', '{file: /x}', ' spaced '])(
  'takes the secret %j as it stands',
  async (text) => {
    const settings = await fromFile({ IDPMAP_LOG__KEY: text });
    expect(await settings.log.key?.read()).toBe(text);
  },
);

test("puts a subtree in the place of the file's, and deeper variables over it", async () => {
  const text = `${LEAST}cache: { fresh: 1s, freshNone: 1s, unknown: 1s }`;
  const settings = await fromFile(
    { IDPMAP_CACHE: '{freshNone: 2s, unknown: 2s}', IDPMAP_CACHE__UNKNOWN: '3s' },
    text,
  );
  expect(settings.cache).toMatchObject({ fresh: 60_000, freshNone: 2000, unknown: 3000 });
});

test.each([
  ['EXAMPLE_ORG', 'example.org', 'example.org: { directory: people }'],
  ['EXAMPLE.ORG', 'example.org', 'Example.org: { directory: people }'],
  ['example.org', 'example.org', 'example.org: { directory: people }'],
])('matches %s with the domain of the file', async (name, domain, entry) => {
  const { domains } = await fromFile(
    { [`IDPMAP_DOMAINS__${name}__CATCH_ALL`]: 'ann@example.org' },
    `domains: { ${entry} }\ndirectories: { people: { type: demo } }`,
  );
  expect(domains).toEqual({
    [domain]: { directory: ['people'], roles: {}, catchAll: 'ann@example.org' },
  });
});

test('matches hyphens of the file', async () => {
  const { directories } = await fromFile(
    { IDPMAP_DIRECTORIES__MY_PEOPLE__GUARD: '7%' },
    'domains: { a.org: { directory: my-people } }\ndirectories: { my-people: { type: file, path: x } }',
  );
  expect(directories['my-people']).toMatchObject({ guard: 0.07 });
});

test('makes a new name lower case with hyphens', async () => {
  const { directories } = await fromFile({
    IDPMAP_DIRECTORIES__MORE_PEOPLE__PATH: '/x',
    IDPMAP_DIRECTORIES__MORE_PEOPLE__TYPE: 'file',
  });
  expect(Object.keys(directories)).toEqual(['people', 'more-people']);
});

test('matches names that another variable brings', async () => {
  const { domains } = await fromFile({
    IDPMAP_DOMAINS: '{a-b.example.com: {directory: people}}',
    IDPMAP_DOMAINS__A_B_EXAMPLE_COM__ROLES__ABUSE: 'a@b.org',
  });
  expect(domains).toMatchObject({ 'a-b.example.com': { roles: { abuse: 'a@b.org' } } });
});

test('changes one of the built-in maps and keeps the others', async () => {
  const { maps } = await fromFile({ IDPMAP_MAPS__USER_EXISTS__RESULT: '%u' });
  expect([maps['user-exists'], Object.keys(maps).length]).toMatchObject([
    { kind: 'mailboxes', result: '%u' },
    5,
  ]);
});

test('reads a value from a file, without the newline that ends it', async () => {
  using scratch = createScratch();
  const environment = { ...LEAST_ENVIRONMENT, IDPMAP_DEADLINE_FILE: scratch.write('d', '7ms\n') };
  const { settings, watched } = await load({ environment });
  expect([settings.deadline, watched]).toEqual([7, [join(scratch.path, 'd')]]);
});

test('reads a secret from a file anew each time', async () => {
  using scratch = createScratch();
  const { settings } = await load({
    environment: { ...LEAST_ENVIRONMENT, IDPMAP_LOG__KEY_FILE: scratch.write('key', 'old\n') },
  });
  scratch.write('key', 'new\n');
  expect(await settings.log.key?.read()).toBe('new');
});

test('tells a setting called file from a value that is kept in one', async () => {
  const { cache } = await fromFile({ IDPMAP_CACHE__FILE: '/var/cache' });
  expect(cache.file).toBe('/var/cache');
});

test('takes the file of a role for its value, not for a role of that name', async () => {
  using scratch = createScratch();
  const { domains } = await fromFile({
    IDPMAP_DOMAINS__EXAMPLE_ORG__ROLES__ABUSE_FILE: scratch.write('a', 'a@b.org'),
  });
  expect(domains['example.org']?.roles).toEqual({ abuse: 'a@b.org' });
});

test.each([
  ['IDPMAP_PORT', 'tcp://10.0.0.1:9100'],
  ['IDPMAP_SERVICE_HOST', '10.0.0.1'],
  ['IDPMAP_SERVICE_PORT', '9100'],
  ['IDPMAP_SERVICE_PORT_SOCKETMAP', '9100'],
  ['IDPMAP_PORT_9100_TCP', 'tcp://10.0.0.1:9100'],
  ['IDPMAP_PORT_9100_TCP_ADDR', '10.0.0.1'],
  ['IDPMAP_METRICS_PORT', 'tcp://10.0.0.1:9101'],
  ['IDPMAP_METRICS_SERVICE_HOST', '10.0.0.1'],
  ['IDPMAP_METRICS_PORT_9101_TCP_PROTO', 'tcp'],
  ['IDPMAP_CONFIG', ''],
  ['IDP_MAP', 'x'],
])('lets %s=%s pass', async (name, text) => {
  await expect(
    load({ environment: { ...LEAST_ENVIRONMENT, [name]: text } }),
  ).resolves.toBeDefined();
});
