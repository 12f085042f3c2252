import { expect, test } from 'vitest';
import type { LoadOptions } from '../../../src/config/load.ts';
import { LEAST, loadText, mistakesIn } from '../fixture.ts';

type Environment = LoadOptions['environment'];

const fromFile = async (environment: Environment, text = LEAST) =>
  (await loadText(text, { environment })).settings;

test.each<[Environment, object]>([
  [
    { SOCKETMAP_HOST: '127.0.0.2', SOCKETMAP_PORT: '9999' },
    { host: '127.0.0.2', port: 9999 },
  ],
  [{ SOCKETMAP_PORT: '9999' }, { host: '127.0.0.1', port: 9999 }],
  [{ SOCKETMAP_HOST: '::1' }, { host: '::1', port: 9100 }],
  [{ SOCKETMAP_PORT: 'tcp://10.0.0.1:9999' }, { host: '127.0.0.1', port: 9100 }],
])('listens where %j says', async (environment, endpoint) => {
  expect((await fromFile(environment)).listen).toMatchObject([{ endpoint }]);
});

test('keeps what it found for as many seconds as CACHE_TTL_SECONDS says', async () => {
  expect((await fromFile({ CACHE_TTL_SECONDS: '7' })).cache.fresh).toBe(7000);
});

test('asks the old variables only for what nothing else gives', async () => {
  const environment = { SOCKETMAP_PORT: '9999', CACHE_TTL_SECONDS: '7' };
  const text = `${LEAST}listen: tcp://127.0.0.1:1\ncache: { fresh: 1s }`;
  const { listen, cache } = await fromFile(environment, text);
  expect([listen, cache.fresh]).toMatchObject([[{ endpoint: { port: 1 } }], 1000]);
});

test.each<[Environment, string]>([
  [
    { CACHE_TTL_SECONDS: '1m' },
    'cache.fresh (CACHE_TTL_SECONDS): "1m" is no number of seconds, write 60',
  ],
  [
    { SOCKETMAP_PORT: 'http' },
    'listen (SOCKETMAP_PORT): "tcp://127.0.0.1:http" is no endpoint, write tcp://127.0.0.1:9100',
  ],
])('tells a wrong value of an old variable: %j', async (environment, mistake) => {
  expect(await mistakesIn(LEAST, { environment })).toEqual([`config: ${mistake}`]);
});
