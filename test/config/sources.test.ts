import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createScratch, errorOf, LEAST, LEAST_ENVIRONMENT, load, loadText } from './fixture.ts';

test('resolves what a file names relative to the file', async () => {
  using scratch = createScratch();
  mkdirSync(join(scratch.path, 'etc'));
  const file = scratch.write(
    'etc/idpmap.yaml',
    `${LEAST}listen: unix:../run/map.sock?mode=0600\ncontrol: control\ncache: { file: ../cache }`,
  );
  const { settings } = await load({ file });
  expect([
    settings.listen,
    settings.control,
    settings.cache.file,
    settings.directories['people'],
  ]).toMatchObject([
    [{ endpoint: { kind: 'unix', path: join(scratch.path, 'run/map.sock'), mode: 0o600 } }],
    join(scratch.path, 'etc/control'),
    join(scratch.path, 'cache'),
    { path: join(scratch.path, 'etc/people.yaml') },
  ]);
});

test('resolves what the environment names relative to the working directory', async () => {
  const { settings } = await load({
    environment: {
      ...LEAST_ENVIRONMENT,
      IDPMAP_LISTEN: 'unix:map.sock',
      IDPMAP_CONTROL: 'control',
    },
  });
  expect([settings.listen, settings.control, settings.directories['people']]).toMatchObject([
    [{ endpoint: { path: join(process.cwd(), 'map.sock') } }],
    join(process.cwd(), 'control'),
    { path: join(process.cwd(), 'people.yaml') },
  ]);
});

test('lets the command line win over the environment, that over the file, that over the default', async () => {
  const deadlines = [
    await loadText(LEAST),
    await loadText(`${LEAST}deadline: 1ms`),
    await loadText(`${LEAST}deadline: 1ms`, { environment: { IDPMAP_DEADLINE: '2ms' } }),
    await loadText(`${LEAST}deadline: 1ms`, {
      environment: { IDPMAP_DEADLINE: '2ms' },
      overrides: { deadline: '3ms' },
    }),
  ];
  expect(deadlines.map(({ settings }) => settings.deadline)).toEqual([200, 1, 2, 3]);
});

test('merges the sources setting by setting', async () => {
  const { settings } = await loadText(`${LEAST}cache: { fresh: 1s, freshNone: 1s, unknown: 1s }`, {
    environment: { IDPMAP_CACHE__FRESH_NONE: '2s', IDPMAP_CACHE__UNKNOWN: '2s' },
    overrides: { cache: { unknown: '3s' } },
  });
  expect(settings.cache).toMatchObject({ fresh: 1000, freshNone: 2000, unknown: 3000 });
});

test('names the command line where it is wrong', async () => {
  const { message } = await errorOf(
    load({ environment: LEAST_ENVIRONMENT, overrides: { log: { level: 'loud' } } }),
  );
  expect(message).toBe(
    'config: log.level (the command line): unknown value "loud", known are debug, info, warn, error',
  );
});

test('reads the default file where there is one', async () => {
  using scratch = createScratch();
  const file = scratch.write('idpmap.yaml', LEAST);
  expect((await load({ defaultFile: file })).file).toBe(file);
});

test('reads the file that IDPMAP_CONFIG names rather than the default one', async () => {
  using scratch = createScratch();
  const file = scratch.write('named.yaml', LEAST);
  const options = { defaultFile: scratch.write('default.yaml', LEAST) };
  expect((await load({ ...options, environment: { IDPMAP_CONFIG: file } })).file).toBe(file);
});

test('reads the file of the command line rather than that of IDPMAP_CONFIG', async () => {
  using scratch = createScratch();
  const file = scratch.write('named.yaml', LEAST);
  const other = scratch.write('other.yaml', LEAST);
  expect((await load({ file, environment: { IDPMAP_CONFIG: other } })).file).toBe(file);
});

test('does not fall back to the default file when the named one is gone', async () => {
  using scratch = createScratch();
  const environment = { IDPMAP_CONFIG: join(scratch.path, 'gone.yaml') };
  const { kind } = await errorOf(
    load({ environment, defaultFile: scratch.write('d.yaml', LEAST) }),
  );
  expect(kind).toBe('invalid');
});

test('needs no file where the environment says enough', async () => {
  const { file, watched } = await load({ environment: LEAST_ENVIRONMENT });
  expect([file, watched]).toEqual([undefined, []]);
});

test.each([
  { IDPMAP_CONFIG: '' },
  { IDPMAP_PORT: 'tcp://10.0.0.1:9100', IDPMAP_SERVICE_HOST: '10.0.0.1' },
  { SOCKETMAP_PORT: '9100' },
])('takes an environment of %j for no configuration', async (environment) => {
  expect((await errorOf(load({ environment }))).kind).toBe('absent');
});

test('a file that was emptied is a mistake, not an absent one', async () => {
  expect((await errorOf(loadText(''))).kind).toBe('invalid');
});

test('takes settings in place of a file, and looks for none', async () => {
  using scratch = createScratch();
  const { file, settings } = await load({
    defaultFile: scratch.write('idpmap.yaml', 'deadline: broken'),
    instead: {
      domains: { 'example.com': { directory: 'demo' } },
      directories: { demo: { type: 'demo' } },
      log: { level: 'debug' },
    },
    environment: { IDPMAP_CONFIG: '/nonexistent/idpmap.yaml', IDPMAP_LOG__LEVEL: 'warn' },
  });
  expect([file, settings.log.level]).toEqual([undefined, 'warn']);
});

test('needs no file where the command line says enough', async () => {
  const overrides = {
    domains: { 'a.org': { directory: 'd' } },
    directories: { d: { type: 'demo' } },
  };
  expect((await load({ overrides })).settings.domains).toHaveProperty(['a.org']);
});

test('watches the file that it read', async () => {
  using scratch = createScratch();
  const file = scratch.write('idpmap.yaml', LEAST);
  expect((await load({ file })).watched).toEqual([file]);
});
