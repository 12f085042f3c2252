import { expect, test } from 'vitest';
import { contentOf, type Reply } from '../../../../src/directory/keycloak/http/replies.ts';
import { createSite } from '../../../../src/directory/keycloak/http/site.ts';
import type { Script } from '../../../support/keycloak/script.ts';
import { NOBODY, open, openOn, settingsFor, signal, start } from '../fixture.ts';

const site = createSite(settingsFor('https://sso.example.org'));

/** What is said of a reply to a question that a token was got for. */
function adviceOn(reply: Partial<Reply>, path = '/users'): string {
  try {
    contentOf({ status: 200, text: '', ...reply }, site, path);
  } catch (error) {
    return String(error);
  }
  return 'nothing';
}

/** A page as nginx makes it. */
const page = (title: string): string =>
  `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;

test.each([
  { status: 400, text: page('400 Bad Request') },
  { status: 401, text: page('401 Authorization Required') },
  { status: 403, text: page('403 Forbidden') },
  { status: 404, text: page('404 Not Found') },
  { status: 403, text: 'error code: 1020' },
  { status: 404, text: '404 page not found\n' },
  { status: 405, text: page('405 Not Allowed') },
  { status: 407, text: '["proxy"]' },
  { status: 418, text: '"teapot"' },
  { status: 451, text: page('451') },
])(
  'a proxy that says $status $text has not shown that role, realm or path are wrong: the token came from there',
  (reply) => {
    const advice = adviceOn(reply);
    expect(advice).toContain('a proxy before Keycloak does not let /admin through (the token came');
    expect(advice).toContain('set url to the address of Keycloak behind it');
    expect(advice).not.toMatch(
      /add-roles|try url|check realm|there is no realm|although the token/,
    );
  },
);

test.each(['https://sso.example.org/oauth2/start?rd=x', '/login', 'https://login.example.org/'])(
  'a proxy that sends /admin to %s is told where it sends',
  (location) => {
    const advice = adviceOn({ status: 302, location });
    expect(advice).toContain(
      `does not let /admin through, and sends whoever asks for it to ${location}`,
    );
  },
);

test.each([
  [
    401,
    '{"error":"HTTP 401 Unauthorized"}',
    '/users',
    'is url the address by which Keycloak knows',
  ],
  [403, '{"error":"HTTP 403 Forbidden"}', '/users', '--rolename view-users'],
  [403, '', '/groups', '--rolename view-users'],
  [403, '{"error":"unknown_error"}', '/organizations', '--rolename view-organizations'],
  [403, '{"error":"HTTP 403 Forbidden"}', '/components', '--rolename view-realm'],
  [404, '{"error":"Realm not found."}', '/users', 'there is no realm mail'],
  [404, '{"error":"HTTP 404 Not Found"}', '/users', 'is it older than 24'],
  [
    404,
    '{"errorMessage":"Organizations not enabled for this realm."}',
    '/organizations',
    'kcadm.sh update realms/mail -s organizationsEnabled=true',
  ],
  [404, '{"error":"HTTP 404 Not Found"}', '/organizations', 'which came with 26: name its domains'],
  [403, '{"error":"HTTP 403 Forbidden"}', '/organizations', 'no such role is too old'],
  [400, 'missingNormalization', '/users', 'check url, it may hold a doubled slash'],
])('what Keycloak itself says, %i %s, is taken at its word', (status, text, path, advice) => {
  expect(adviceOn({ status, text }, path)).toContain(advice);
  expect(adviceOn({ status, text }, path)).not.toContain('a proxy before Keycloak');
});

test.each([400, 401, 403, 418])(
  'a proxy that refuses the request for a token with %i has not shown that the secret or the realm is wrong',
  async (status) => {
    const keycloak = await start();
    keycloak.script = ({ path }) =>
      path.endsWith('/token') ? { status, body: page('no') } : undefined;
    const { directory } = openOn(keycloak);
    const error: unknown = await directory.find(NOBODY, signal).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain(
      'does not let /realms/mail/protocol/openid-connect/token through',
    );
    expect(String(error)).not.toMatch(/clientSecret|is the realm enabled/);
  },
);

const quoteless: Script = ({ search }) =>
  /%22|%27/.test(search) ? { status: 403, body: page('403 Forbidden') } : undefined;

test('a firewall that refuses quote marks is told as such by a lookup and by check, and people are found', async () => {
  const { keycloak, directory } = await open({ aliasAttribute: 'mailAlias' });
  keycloak.script = quoteless;
  const words =
    'answers other questions: is there a firewall before Keycloak that refuses this one';
  expect(await directory.find('ann@example.org', signal)).toHaveLength(1);
  await expect(directory.find(NOBODY, signal)).rejects.toMatchObject({
    kind: 'entry',
    message: expect.stringContaining(words),
  });
  const remarks = (await directory.inspect?.(signal)) ?? [];
  expect(remarks).toContainEqual({ level: 'failed', text: expect.stringContaining(words) });
  expect(remarks.map(({ text }) => text).join('\n')).not.toMatch(/403.*(?:add-roles|\/admin)/);
});
