import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { Secret } from '../../src/config/sources/secret.ts';
import { loadText, mistakesIn } from './fixture.ts';

const LEAST = {
  type: 'keycloak',
  url: 'https://sso.example.org/',
  realm: 'mail',
  clientId: 'idpmap',
  clientSecret: 'hush',
};

const textOf = (directory: object): string =>
  stringify({
    domains: { 'example.org': { directory: 'people' } },
    directories: { people: directory },
  });

const load = async (more: object): Promise<unknown> =>
  (await loadText(textOf({ ...LEAST, ...more }))).settings.directories['people'];

test('the least that is a directory has these defaults', async () => {
  expect(await load({})).toMatchObject({
    url: 'https://sso.example.org',
    clientSecret: expect.any(Secret),
    addressFrom: 'email',
    logins: ['username', 'email'],
    emailVerified: 'any',
    federation: 'auto',
    proof: 'users',
    events: 'off',
    selfCheck: 60_000,
    groups: { depth: 10, members: 1000 },
    connections: 16,
    flips: 20,
    limit: { inFlight: 16, perSecond: 100 },
  });
});

test.each(['aliasAttribute', 'groupAttribute', 'organizations', 'canary'])(
  '%s is off until it is set',
  async (name) => {
    expect(await load({})).not.toHaveProperty(name);
  },
);

test.each([
  { given: 'https://sso.example.org/auth/', url: 'https://sso.example.org/auth' },
  { given: 'HTTPS://SSO.Example.org:8443', url: 'https://sso.example.org:8443' },
  { given: 'http://[::1]:8080', url: 'http://[::1]:8080' },
])('the url $given is kept as $url', async ({ given, url }) => {
  expect(await load({ url: given })).toMatchObject({ url });
});

test.each([
  { way: { clientSecret: 'hush' } },
  { way: { privateKey: { file: '/k', algorithm: 'ES256' } } },
  { way: { clientCertificate: true, tls: { cert: '/c', key: '/k' } } },
  { way: { serviceAccountToken: '/t' } },
])('$way is a way to log in', async ({ way }) => {
  const { clientSecret: _, ...others } = LEAST;
  await expect(loadText(textOf({ ...others, ...way }))).resolves.toBeDefined();
});

test('organizations alone bring domains', async () => {
  const directories = { people: { ...LEAST, organizations: { allowDomains: ['Example.ORG'] } } };
  const { settings } = await loadText(stringify({ directories }));
  expect(settings.directories['people']).toMatchObject({
    organizations: { verified: 'required', allowDomains: ['example.org'] },
  });
});

const ONE_WAY =
  'write exactly one of clientSecret, privateKey, clientCertificate: true and serviceAccountToken';

test.each([
  {
    more: { url: 'sso.example.org' },
    says: 'is no URL of a web server, write https://sso.example.org',
  },
  { more: { url: 'ldap://sso.example.org' }, says: 'is no URL of a web server' },
  {
    more: { url: 'https://sso.example.org/realms/mail' },
    says: 'goes too deep, end it before /realms',
  },
  {
    more: { url: 'https://sso.example.org/auth/admin' },
    says: 'goes too deep, end it before /admin',
  },
  { more: { url: 'https://me:pw@sso.example.org' }, says: 'it holds more than host and path' },
  { more: { url: 'https://sso.example.org?x=1' }, says: 'it holds more than host and path' },
  { more: { clientSecret: undefined }, says: ONE_WAY },
  { more: { serviceAccountToken: '/t' }, says: ONE_WAY },
  { more: { tls: { cert: '/c' } }, says: 'cert and key go together, write both' },
  {
    more: { clientSecret: undefined, clientCertificate: true },
    says: 'needs tls.cert and tls.key',
  },
  {
    more: {
      clientSecret: undefined,
      clientCertificate: true,
      url: 'http://sso.example.org',
      tls: { cert: '/c', key: '/k' },
    },
    says: 'needs https://',
  },
  { more: { aliasAttribute: 'a b' }, says: "is no attribute's name" },
  { more: { groupAttribute: 'mail:x' }, says: "is no attribute's name" },
  { more: { addressFrom: '"' }, says: "is no attribute's name" },
  { more: { logins: ['phone'] }, says: 'username' },
  { more: { canary: 'ann' }, says: 'is not exactly one address' },
  { more: { events: '10ms' }, says: 'least is 1s' },
  { more: { organizations: { allowDomains: ['a b'] } }, says: 'is no domain' },
])('$more is a mistake that says: $says', async ({ more, says }) => {
  const mistakes = await mistakesIn(textOf({ ...LEAST, ...more }));
  expect(mistakes.join('\n')).toContain(says);
});
