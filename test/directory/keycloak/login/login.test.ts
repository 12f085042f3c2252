import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { wallClock } from '../../../../src/clock.ts';
import { Secret } from '../../../../src/config/sources/secret.ts';
import { createSite } from '../../../../src/directory/keycloak/http/site.ts';
import { tokenForm } from '../../../../src/directory/keycloak/login/login.ts';
import type { KeycloakSettings } from '../../../../src/directory/keycloak/settings.ts';
import { makePlace, settingsFor } from '../fixture.ts';

/** What is sent for a token, with one way to log in. */
async function formFor(way: Partial<KeycloakSettings>): Promise<Readonly<Record<string, string>>> {
  const { clientSecret: _, ...others } = settingsFor('https://sso.example.org/auth');
  const settings = { ...others, ...way };
  return Object.fromEntries(new URLSearchParams(await tokenForm(settings, createSite(settings))));
}

/** Writes a key of a pair; gives its file and the public one. */
async function makeKey(kind: 'ec' | 'rsa') {
  const { privateKey, publicKey } =
    kind === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  const file = join(await makePlace(), 'key.pem');
  await writeFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return { file, publicKey };
}

const readPart = (jwt: string | undefined, part: number): unknown =>
  JSON.parse(Buffer.from(jwt?.split('.')[part] ?? '', 'base64url').toString());

test('a secret is sent with the name of the client', async () => {
  expect(await formFor({ clientSecret: new Secret('s&=+ ä') })).toEqual({
    grant_type: 'client_credentials',
    client_id: 'idpmap',
    client_secret: 's&=+ ä',
  });
});

test('a secret is read anew each time', async () => {
  const file = join(await makePlace(), 'secret');
  const clientSecret = new Secret({ file });
  await writeFile(file, 'one\n');
  await formFor({ clientSecret });
  await writeFile(file, 'two\n');
  expect(await formFor({ clientSecret })).toMatchObject({ client_secret: 'two' });
});

test('a certificate needs the name of the client only', async () => {
  expect(await formFor({ clientCertificate: true })).toEqual({
    grant_type: 'client_credentials',
    client_id: 'idpmap',
  });
});

test("Kubernetes' token is read anew each time, and sent without the client's name", async () => {
  const serviceAccountToken = join(await makePlace(), 'token');
  await writeFile(serviceAccountToken, 'old');
  await formFor({ serviceAccountToken });
  await writeFile(serviceAccountToken, ' a.b.c \n');
  expect(await formFor({ serviceAccountToken })).toEqual({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: 'a.b.c',
  });
});

test.each([
  ['ES256', 'ec'],
  ['RS256', 'rsa'],
] as const)('an assertion signed by %s can be verified', async (algorithm, kind) => {
  const { file, publicKey } = await makeKey(kind);
  const { client_assertion: jwt = '' } = await formFor({
    privateKey: { file, algorithm, keyId: 'one' },
  });
  const [header = '', claims = '', signature = ''] = jwt.split('.');
  const key = {
    key: createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })),
    dsaEncoding: 'ieee-p1363',
  } as const;
  const isGenuine = verify(
    'sha256',
    Buffer.from(`${header}.${claims}`),
    key,
    Buffer.from(signature, 'base64url'),
  );
  expect([readPart(jwt, 0), isGenuine]).toEqual([{ alg: algorithm, typ: 'JWT', kid: 'one' }, true]);
});

test.each([-7_200_000, 10_800_000, 86_400_000 * 365])(
  'an assertion is dated by the calendar as it is set by then, also %i ms from where it was',
  async (setMs) => {
    const { file } = await makeKey('ec');
    const way = { privateKey: { file, algorithm: 'ES256' } } as const;
    await formFor(way);
    const now = Date.now() + setMs;
    const calendar = vi.spyOn(wallClock, 'now').mockReturnValue(now);
    onTestFinished(() => calendar.mockRestore());
    const { client_assertion: jwt } = await formFor(way);
    expect(readPart(jwt, 1)).toMatchObject({
      iat: Math.trunc(now / 1000) - 5,
      exp: Math.trunc(now / 1000) + 60,
    });
  },
);

test('an assertion is meant for the realm, short-lived, not from the future, and used once', async () => {
  const { file } = await makeKey('ec');
  const privateKey = { file, algorithm: 'ES256' } as const;
  const [first, second] = [await formFor({ privateKey }), await formFor({ privateKey })].map(
    ({ client_assertion: jwt }) => readPart(jwt, 1),
  );
  const now = Date.now() / 1000;
  expect(first).toMatchObject({
    iss: 'idpmap',
    sub: 'idpmap',
    aud: 'https://sso.example.org/auth/realms/mail',
    iat: expect.closeTo(now - 5, -1),
    exp: expect.closeTo(now + 60, -1),
  });
  expect(first).toHaveProperty('jti');
  expect(second).not.toHaveProperty('jti', Object(first).jti);
});

test.each([
  {
    what: 'a secret that is not there',
    way: { clientSecret: new Secret({ file: '/nonexistent/s' }) },
    says: 'file /nonexistent/s does not exist',
  },
  {
    what: 'a variable that is not set',
    way: { clientSecret: new Secret({ env: 'NOPE' }, {}) },
    says: 'the variable NOPE is not set',
  },
  {
    what: 'a key that is not there',
    way: { privateKey: { file: '/nonexistent/k', algorithm: 'ES256' } },
    says: 'file /nonexistent/k does not exist',
  },
  {
    what: 'a token that is not there',
    way: { serviceAccountToken: '/nonexistent/t' },
    says: 'file /nonexistent/t does not exist',
  },
] as const)('$what is a fault that names it', async ({ way, says }) => {
  await expect(formFor(way)).rejects.toMatchObject({
    kind: 'directory',
    message: expect.stringContaining(says),
  });
});

test('a key of another kind is a fault', async () => {
  const { file } = await makeKey('rsa');
  await expect(formFor({ privateKey: { file, algorithm: 'ES256' } })).rejects.toThrow(
    'holds a key of type rsa, ES256 needs ec',
  );
});

test('what is no key is a fault that does not show it', async () => {
  const file = join(await makePlace(), 'key.pem');
  await writeFile(file, 'hush');
  const error: unknown = await formFor({ privateKey: { file, algorithm: 'RS256' } }).catch(
    (thrown: unknown) => thrown,
  );
  expect(String(error)).toContain('holds no private key without a passphrase in PEM form');
  expect(String(error)).not.toContain('hush');
});
