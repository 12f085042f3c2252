import { expect, test } from 'vitest';
import { NOBODY, open, openOn, signal, start } from './fixture.ts';

const fault = (kind: string, text: string) =>
  expect.objectContaining({ kind, message: expect.stringContaining(text) });

test.each([
  {
    status: 400,
    body: { error: 'invalid_client', error_description: 'Token is not active' },
    text: '400 (Token is not active)',
  },
  {
    status: 401,
    body: {
      error: 'unauthorized_client',
      error_description: 'Invalid client or Invalid client credentials',
    },
    text: 'check clientId and clientSecret',
  },
  {
    status: 403,
    body: { error: 'access_denied', error_description: 'Realm not enabled' },
    text: 'is the realm enabled?',
  },
  {
    status: 404,
    body: { error: 'Realm does not exist' },
    text: 'there is no realm mail, check its name',
  },
  {
    status: 404,
    body: { error: 'Unable to find matching target resource method' },
    text: 'try url with /auth at its end',
  },
  { status: 302, body: '', text: 'redirects are not followed' },
  { status: 500, body: '', text: '500' },
  { status: 200, body: '<html></html>', text: 'no JSON' },
  { status: 200, body: {}, text: 'without one' },
  { status: 200, body: { access_token: 'a b', expires_in: 300 }, text: 'without one' },
  { status: 200, body: { access_token: 'ab', expires_in: 0 }, text: 'without one' },
])(
  'a token request answered $status $body is a fault that says: $text',
  async ({ status, body, text }) => {
    const keycloak = await start();
    keycloak.script = ({ path }) => (path.endsWith('/token') ? { status, body } : undefined);
    const { directory } = openOn(keycloak);
    await expect(directory.find(NOBODY, signal)).rejects.toEqual(fault('directory', text));
  },
);

test('no reason holds the secret or the token', async () => {
  const keycloak = await start();
  const { directory, notes } = openOn(keycloak);
  await directory.find('ann@example.org', signal);
  const [, token = ''] =
    /^Bearer (.+)$/.exec(keycloak.to('/users')[0]?.headers.authorization ?? '') ?? [];
  keycloak.script = ({ path }) =>
    path.endsWith('/token') ? { status: 401, body: {} } : { status: 401, body: '' };
  const error: unknown = await directory.find(NOBODY, signal).catch((thrown: unknown) => thrown);
  await notes.next('keycloak gives no token');
  const told = String(error) + JSON.stringify(notes.all);
  expect(token.length).toBeGreaterThan(10);
  expect(told).not.toContain('hush');
  expect(told).not.toContain(token);
});

test('a token that is refused is replaced by one new one, and the question put once more', async () => {
  const { keycloak, directory } = await open();
  let refused = 0;
  keycloak.script = ({ path }) => {
    if (!path.endsWith('/users') || refused > 0) return undefined;
    refused += 1;
    return { status: 401, body: { error: 'HTTP 401 Unauthorized' } };
  };
  expect(await directory.find('ann@example.org', signal)).toHaveLength(1);
  expect(keycloak.to('/token')).toHaveLength(1);
  const [old, fresh] = keycloak.to('/users').map(({ headers }) => headers.authorization);
  expect(fresh).not.toBe(old);
});

test.each(["o'hara@example.org", "'--@example.org", 'x;@example.org', '%27@example.org'])(
  'a firewall that says 401 to %s costs no token each time',
  async (key) => {
    const { keycloak, directory } = await open();
    keycloak.script = ({ query }) =>
      query['email'] === undefined ? undefined : { status: 401, body: '<h1>no</h1>' };
    for (let i = 0; i < 20; i++) {
      await expect(directory.find(key, signal)).rejects.toMatchObject({ kind: 'entry' });
    }
    expect(keycloak.to('/token').length).toBeLessThanOrEqual(5);
  },
);

test.each([0.001, 0.5, 1, 4.9])(
  'a token that lives for %d s is a fault that says what to set, and is not fetched again and again',
  async (lifeS) => {
    const keycloak = await start();
    keycloak.lifeS = lifeS;
    const { directory } = openOn(keycloak);
    for (let i = 0; i < 50; i++) {
      await expect(directory.find(NOBODY, signal)).rejects.toEqual(
        fault('directory', 'set the access token lifespan of idpmap to 900 s'),
      );
    }
    expect(keycloak.to('/token').length).toBeLessThanOrEqual(5);
  },
);

test('many refusals of one token cost one new one', async () => {
  const { keycloak, directory } = await open();
  await directory.find('ann@example.org', signal);
  const old = keycloak.to('/users').at(-1)?.headers.authorization;
  keycloak.script = ({ path, headers }) =>
    path.endsWith('/users') && headers.authorization === old
      ? { status: 401, body: '' }
      : undefined;
  const asked = Array.from({ length: 12 }, () => directory.find('ann@example.org', signal));
  expect((await Promise.all(asked)).flat()).toHaveLength(12);
  expect(keycloak.to('/token')).toHaveLength(1);
});

test('a thousand questions cost one token, and no more connections than there may be', async () => {
  const { keycloak, directory } = await open({ connections: 4 });
  const asked = Array.from({ length: 1000 }, () => directory.find('ann@example.org', signal));
  expect((await Promise.all(asked)).flat()).toHaveLength(1000);
  expect(keycloak.to('/token')).toHaveLength(0);
  expect(new Set(keycloak.to('/users').map(({ port }) => port)).size).toBeLessThanOrEqual(4);
});
