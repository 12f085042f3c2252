import { expect, test } from 'vitest';
import { type Script, type ScriptedReply, says, user } from '../../../support/keycloak/script.ts';
import { NOBODY, open, openOn, signal, start } from '../fixture.ts';

/** Answers questions for users in this order, the last reply again and again; all else as ever. */
function usersSay(...replies: readonly ScriptedReply[]): Script {
  const rest = [...replies];
  return ({ path, query }) => {
    if (!path.endsWith('/users') || query['email'] === undefined) return undefined;
    return rest.length > 1 ? rest.shift() : rest[0];
  };
}

/** What a lookup comes to where Keycloak replies so. */
async function outcomeOf(...replies: readonly ScriptedReply[]): Promise<unknown> {
  const { keycloak, directory } = await open();
  keycloak.script = usersSay(...replies);
  return directory.find('ann@example.org', signal).catch((error: unknown) => error);
}

const fault = (kind: string, text: string) =>
  expect.objectContaining({ kind, message: expect.stringContaining(text) });

const HTML = { headers: { 'content-type': 'text/html' } };

test.each([
  {
    of: 'a list with the user',
    reply: says([user('ann')]),
    outcome: [expect.objectContaining({ id: 'id-ann' })],
  },
  {
    of: 'an empty list while somebody is counted',
    reply: says([]),
    outcome: fault('entry', 'counts 1 users by email and shows 0'),
  },
  {
    of: 'another user',
    reply: says([user('bob')]),
    outcome: fault('entry', 'does not have the email'),
  },
  {
    of: 'an object',
    reply: says({ users: [] }),
    outcome: fault('entry', 'no list of users, and answers other questions: is there a firewall'),
  },
  { of: 'null', reply: says(null), outcome: fault('entry', 'no list of users') },
  {
    of: 'a list of what is no user',
    reply: says([{ id: 1 }]),
    outcome: fault('entry', 'something that is none'),
  },
  {
    of: 'a list that breaks off',
    reply: says('[{"id":"1","username"'),
    outcome: fault('entry', 'no JSON'),
  },
  {
    of: 'a list that ends in an error',
    reply: says('[]{"error":"unknown_error"}'),
    outcome: fault('entry', 'no JSON'),
  },
  { of: 'nothing at all', reply: says(''), outcome: fault('entry', 'no JSON') },
  {
    of: 'a page of a proxy',
    reply: { body: '<html>Welcome</html>', ...HTML },
    outcome: fault('entry', 'no JSON: Welcome'),
  },
  {
    of: 'more than is read',
    reply: says([user('ann', { attributes: { note: ['x'.repeat(1_100_000)] } })]),
    outcome: fault('entry', 'longer than is read at a time (1 MB of them in a lookup'),
  },
  { of: '204', reply: { status: 204, body: '' }, outcome: fault('entry', '204') },
  {
    of: '302',
    reply: { status: 302, body: '', headers: { location: '/auth' } },
    outcome: fault('entry', '302 (nothing), and answers other questions: is there a firewall'),
  },
  {
    of: '400 of a blocked value',
    reply: { status: 400, body: { error: 'Blocking invalid query parameter value' } },
    outcome: [],
  },
  {
    of: '400 of a doubled slash',
    reply: { status: 400, body: 'missingNormalization' },
    outcome: fault('entry', '400 (missingNormalization), and answers'),
  },
  {
    of: '403',
    reply: { status: 403, body: { error: 'HTTP 403 Forbidden' } },
    outcome: fault('entry', '403 (HTTP 403 Forbidden), and answers other questions'),
  },
  {
    of: '404 of an unknown path',
    reply: { status: 404, body: '<html>Not Found</html>', ...HTML },
    outcome: fault('entry', '404 (Not Found), and answers other questions'),
  },
  {
    of: '404 of an unknown realm',
    reply: { status: 404, body: { error: 'Realm not found.' } },
    outcome: fault('entry', '404 (Realm not found.), and answers'),
  },
  {
    of: '404 of a group',
    reply: { status: 404, body: { error: 'Group path does not exist' } },
    outcome: fault('entry', '404'),
  },
  {
    of: '404 of a user',
    reply: { status: 404, body: { error: 'User not found' } },
    outcome: fault('entry', '404'),
  },
  { of: '405', reply: { status: 405, body: '' }, outcome: fault('entry', '405') },
  { of: '406', reply: { status: 406, body: '' }, outcome: fault('entry', '406') },
  {
    of: '429',
    reply: { status: 429, body: '' },
    outcome: fault('doubt', 'lower limit.perSecond'),
  },
  {
    of: '500',
    reply: { status: 500, body: { error: 'unknown_error' } },
    outcome: fault('entry', '500 (unknown_error)'),
  },
  {
    of: '502',
    reply: { status: 502, body: 'Bad Gateway' },
    outcome: fault('entry', '502 (Bad Gateway)'),
  },
  { of: '503', reply: { status: 503, body: '' }, outcome: fault('entry', '503 (nothing)') },
  {
    of: '503 of its start',
    reply: { status: 503, body: 'Bootstrap in progress. Retry in 5 seconds.' },
    outcome: fault('starting', 'starts'),
  },
  { of: '504', reply: { status: 504, body: '' }, outcome: fault('entry', '504') },
  {
    of: '401',
    reply: { status: 401, body: { error: 'HTTP 401 Unauthorized' } },
    outcome: fault(
      'entry',
      '401 (HTTP 401 Unauthorized), and answers other questions: is there a firewall',
    ),
  },
  {
    of: 'a cut connection',
    reply: { end: 'cut' } as const,
    outcome: fault('entry', "can't be reached"),
  },
])('$of comes to what it means', async ({ reply, outcome }) => {
  expect(await outcomeOf(reply)).toEqual(outcome);
});

test.each([
  'Blocking invalid query parameter value',
  { error: 'Blocking invalid query parameter value', rule: 942_100 },
  '<h1>Blocking invalid request</h1>',
])('of %j, which is not word for word what Keycloak says, nobody is made', async (body) => {
  const { keycloak, directory } = await open();
  keycloak.script = usersSay({ status: 400, body });
  await expect(directory.find('ann@example.org', signal)).rejects.toMatchObject({ kind: 'entry' });
  expect(directory.figures).toMatchObject({ blockedKeys: 0 });
});

test('a user whose photograph is as long as a page of users is found', async () => {
  const { keycloak, directory } = await open({ aliasAttribute: 'mailAlias' });
  const attributes = { photo: ['x'.repeat(200_000)] };
  keycloak.users.push(user('pia', { attributes }));
  expect(await directory.find('pia@example.org', signal)).toHaveLength(1);
});

test('a blocked value is counted', async () => {
  const { keycloak, directory } = await open();
  keycloak.script = usersSay({
    status: 400,
    body: { error: 'Blocking invalid query parameter value' },
  });
  await directory.find('ann@example.org', signal);
  expect(directory.figures).toMatchObject({ blockedKeys: 1 });
});

test('a question whose connection was cut is put once more', async () => {
  expect(await outcomeOf({ end: 'cut' }, says([user('ann')]))).toHaveLength(1);
});

test('a question that is not answered ends with its signal', async () => {
  const { keycloak, directory } = await open();
  const leaving = new AbortController();
  keycloak.script = ({ path }) => {
    if (!path.endsWith('/users')) return undefined;
    leaving.abort();
    return { end: 'hang' };
  };
  await expect(directory.find('ann@example.org', leaving.signal)).rejects.toEqual(
    fault('timeout', 'did not answer in time'),
  );
});

test('a server that is not there is a fault', async () => {
  const keycloak = await start();
  const { directory } = openOn(keycloak);
  await directory.find('ann@example.org', signal);
  await keycloak.stop();
  keycloak.stop = async () => {};
  await expect(directory.find('ann@example.org', signal)).rejects.toEqual(
    fault('directory', 'ECONNREFUSED'),
  );
});

test('while Keycloak starts, nothing more is sent to it', async () => {
  const { keycloak, directory } = await open();
  keycloak.script = () => ({ status: 503, body: 'Bootstrap in progress. Retry in 20 seconds.' });
  for (let i = 0; i < 3; i++) {
    await expect(directory.find(NOBODY, signal)).rejects.toEqual(fault('starting', 'starts'));
  }
  expect(keycloak.asked).toHaveLength(1);
});

test('after a 429 nothing is sent for as long as it says', async () => {
  const { keycloak, directory } = await open();
  keycloak.script = () => ({ status: 429, body: '', headers: { 'retry-after': '20' } });
  for (let i = 0; i < 3; i++) {
    await expect(directory.find(NOBODY, signal)).rejects.toEqual(fault('doubt', 'for 20 s'));
  }
  expect(keycloak.asked).toHaveLength(1);
});

test('a closed directory says that it is', async () => {
  const { directory } = await open();
  await directory.close();
  await expect(directory.find('ann@example.org', signal)).rejects.toMatchObject({
    kind: 'shutdown',
  });
});
