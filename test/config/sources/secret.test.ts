import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect, isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { explainUnreadable, Secret } from '../../../src/config/sources/secret.ts';
import { printSettings } from '../../../src/settings.ts';
import { createScratch, errorOf, LEAST, load, loadText, withoutFile } from '../fixture.ts';

const CANARY = 'canary-5f1c';

test('reads a file anew each time, without the newline that ends it', async () => {
  using scratch = createScratch();
  const file = scratch.write('key', 'first\n');
  const secret = new Secret({ file });
  const first = await secret.read();
  writeFileSync(file, ' second \r\n');
  expect([first, await secret.read()]).toEqual(['first', ' second ']);
});

test('reads a variable of its environment', async () => {
  expect(await new Secret({ env: 'KEY' }, { KEY: CANARY }).read()).toBe(CANARY);
});

test.each([
  [{}, 'the variable KEY is not set, set it to the secret'],
  [{ KEY: '' }, 'the variable KEY is empty, set it to the secret'],
])('refuses a variable that holds nothing: %j', async (environment, reason) => {
  await expect(new Secret({ env: 'KEY' }, environment).read()).rejects.toThrow(reason);
});

test.each(['', '\n'])('refuses a file that holds nothing but %j', async (text) => {
  using scratch = createScratch();
  const file = scratch.write('key', text);
  await expect(new Secret({ file }).read()).rejects.toThrow(
    `secret file ${file} is empty, write the secret into it`,
  );
});

test('refuses a file that is not there', async () => {
  await expect(new Secret({ file: '/nonexistent/key' }).read()).rejects.toThrow(
    'file /nonexistent/key does not exist, create it or mend the path',
  );
});

test('says who may not read a file, and whose it is', async () => {
  using scratch = createScratch();
  const file = scratch.write('key', CANARY);
  const denied = Object.assign(new Error('denied'), { code: 'EACCES' });
  const uid = process.getuid?.() ?? 0;
  expect(await explainUnreadable(file, denied)).toMatch(
    new RegExp(
      `^file ${file} is unreadable for uid ${uid} \\(EACCES, mode 06\\d\\d, owner ${uid}\\), give that user the right to read it$`,
    ),
  );
});

test.each([
  ['as text', String],
  ['as JSON', (secret: Secret) => JSON.stringify({ secret })],
  ['inspected', (secret: Secret) => inspect({ secret }, { showHidden: true, depth: 9 })],
  ['by its source', (secret: Secret) => JSON.stringify(secret.source)],
  ['by its properties', (secret: Secret) => JSON.stringify(Object.entries(secret))],
])('shows nothing of itself %s', (_, show) => {
  const secrets = [new Secret(CANARY), new Secret({ env: 'KEY' }, { KEY: CANARY })];
  expect(secrets.map(show).join()).not.toContain(CANARY);
});

test.each([
  ['another literal', 'a', 'b', false],
  ['another file', { file: '/a' }, { file: '/b' }, false],
  ['the same literal', 'a', 'a', true],
  ['the same file', { file: '/a' }, { file: '/a' }, true],
] as const)('is told by deep equality from %s', (_, one, other, equal) => {
  expect(isDeepStrictEqual(new Secret(one), new Secret(other))).toBe(equal);
});

test('a configuration hands out its secrets, from wherever they are', async () => {
  using scratch = createScratch();
  scratch.write('key', CANARY);
  const keys = ['{ file: key }', '{ env: LOG_KEY }', CANARY];
  const read = keys.map(async (key) => {
    const file = scratch.write(`${keys.indexOf(key)}.yaml`, `${LEAST}log: { key: ${key} }`);
    const { settings } = await load({ file, environment: { LOG_KEY: CANARY } });
    return await settings.log.key?.read();
  });
  expect(await Promise.all(read)).toEqual([CANARY, CANARY, CANARY]);
});

test('a secret that is written out is worth a warning that does not hold it', async () => {
  const { warnings } = await loadText(`${LEAST}log: { key: ${CANARY} }`);
  expect(warnings.map(withoutFile)).toEqual([
    '6:13: log.key: the secret is written out here, keep it in a file instead: { file: /run/secrets/NAME }',
  ]);
});

test.each(['IDPMAP_LOG__KEY', 'LOG_KEY'])('a secret in %s is worth no warning', async (name) => {
  const key = name === 'LOG_KEY' ? 'log: { key: { env: LOG_KEY } }' : '';
  const { warnings } = await loadText(LEAST + key, { environment: { [name]: CANARY } });
  expect(warnings).toEqual([]);
});

test('no output of a configuration holds its secrets', async () => {
  const { settings, warnings, ...rest } = await loadText(`${LEAST}log: { key: ${CANARY} }`);
  const outputs = [
    printSettings(settings),
    JSON.stringify(settings),
    inspect(settings, { depth: 9, showHidden: true }),
    warnings.join('\n'),
    inspect(rest),
  ];
  expect(outputs.filter((output) => output.includes(CANARY))).toEqual([]);
});

test.each([
  ['that is a number', 'log: { key: 51251251 }', '51251251'],
  ['in the wrong group', `log: { key: { fiel: ${CANARY} } }`, CANARY],
  ['in a list', `log: { key: [${CANARY}] }`, CANARY],
  ['beside other mistakes', `log: { key: ${CANARY}, level: x }`, CANARY],
  ['in a broken line', `log: { key: "x" ${CANARY} }`, CANARY],
])('no error holds a secret %s', async (_, text, canary) => {
  const error = await errorOf(loadText(`${LEAST}${text}`));
  expect(inspect(error, { depth: 9 }) + JSON.stringify(error)).not.toContain(canary);
});

test.each([
  ['IDPMAP_LOG', `{key: "x" ${CANARY}`],
  ['IDPMAP_LOG', `{key: {fiel: ${CANARY}}}`],
])('no error holds a secret of the environment: %s=%s', async (name, text) => {
  const error = await errorOf(loadText(LEAST, { environment: { [name]: text } }));
  expect(inspect(error, { depth: 9 })).not.toContain(CANARY);
});

test('files of secrets are watched, once each', async () => {
  using scratch = createScratch();
  const key = scratch.write('key', CANARY);
  const file = scratch.write('idpmap.yaml', `${LEAST}log: { key: { file: ./key } }`);
  const { watched } = await load({
    file,
    environment: { IDPMAP_DISABLED_FILE: scratch.write('d', 'defer\n') },
  });
  expect(watched).toEqual([file, join(scratch.path, 'd'), key]);
});
