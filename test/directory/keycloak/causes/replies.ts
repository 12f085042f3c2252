import { says, user } from '../../../support/keycloak/script.ts';
import { type Row, toAll, toKey } from './row.ts';

const PAGE = '<html><h1>blocked</h1></html>';
const own = (error: string) => ({ error });

/** What a firewall, or a database that can not hold a key, says to a key that a stranger chose: a fault of that key. */
const KEYED = (
  [
    ['http/replies.ts', 'with what is no JSON', { body: PAGE }],
    [
      'http/replies.ts',
      '400 (missingNormalization)',
      { status: 400, body: 'missingNormalization' },
    ],
    ['http/replies.ts', '400 (blocked)', { status: 400, body: PAGE }],
    ['http/replies.ts', '401 (blocked)', { status: 401, body: PAGE }],
    ['http/replies.ts', '403 (blocked)', { status: 403, body: PAGE }],
    ['http/replies.ts', '404 (blocked)', { status: 404, body: PAGE }],
    ['http/replies.ts', '500 (unknown_error)', { status: 500, body: own('unknown_error') }],
    ['http/replies.ts', '302 (nothing)', { status: 302, body: '' }],
    ['http/replies.ts', '418 (blocked)', { status: 418, body: PAGE }],
    ['http/transport.ts', "can't be reached", { end: 'cut' }],
    ['trust/shown.ts', 'no list of users', says({ message: 'blocked' })],
    ['trust/shown.ts', 'something that is none', says([{ message: 'blocked' }])],
  ] as const
).map(
  ([at, fault, reply]): Row => ({
    fault,
    at,
    cause: 'a stranger',
    kind: 'entry',
    opens: false,
    given: { script: toKey(reply) },
  }),
);

/** Faults of connections and replies. */
export const REPLIES: readonly Row[] = [
  ...KEYED,
  {
    fault: 'answers with no number, and answers other questions',
    at: 'trust/shown.ts',
    cause: 'a stranger',
    kind: 'entry',
    opens: false,
    given: { script: ({ path }) => (path.endsWith('/count') ? says(['many']) : undefined) },
  },
  {
    fault: '400 (Blocking invalid query parameter value)',
    at: 'http/replies.ts',
    cause: 'a stranger',
    kind: 'entry',
    opens: false,
    given: {
      settings: { groupAttribute: 'mail' },
      script: ({ path }) =>
        path.endsWith('/groups')
          ? { status: 400, body: own('Blocking invalid query parameter value') }
          : undefined,
    },
  },
  {
    fault: 'lacks a role, run: kcadm.sh add-roles',
    at: 'trust/blame.ts',
    cause: 'an administrator',
    kind: 'doubt',
    opens: false,
    given: { script: toAll({ status: 403, body: own('HTTP 403 Forbidden') }) },
  },
  {
    fault: 'does not let /admin through',
    at: 'trust/blame.ts',
    cause: 'an administrator',
    kind: 'doubt',
    opens: false,
    given: { script: toAll({ status: 404, body: PAGE }) },
  },
  {
    fault: 'although the token is new',
    at: 'http/replies.ts',
    cause: 'an administrator',
    kind: 'directory',
    opens: true,
    given: { script: toAll({ status: 401, body: own('HTTP 401 Unauthorized') }) },
  },
  {
    fault: '500 (unknown_error)',
    at: 'http/replies.ts',
    cause: 'the server',
    kind: 'directory',
    opens: true,
    given: { script: toAll({ status: 500, body: own('unknown_error') }) },
  },
  {
    fault: "can't be reached",
    at: 'http/transport.ts',
    cause: 'the network',
    kind: 'directory',
    opens: true,
    given: { script: toAll({ end: 'cut' }) },
  },
  {
    fault: 'set tls.ca',
    at: 'http/transport.ts',
    cause: 'the network',
    kind: 'directory',
    opens: true,
    given: { early: true, isSecure: true },
  },
  {
    fault: 'tls: file /nonexistent/ca.pem does not exist',
    at: 'http/transport.ts',
    cause: 'an administrator',
    kind: 'directory',
    opens: true,
    given: { early: true, settings: { tls: { ca: '/nonexistent/ca.pem' } } },
  },
  {
    fault: 'did not answer in time',
    at: 'http/transport.ts',
    cause: 'the server',
    kind: 'timeout',
    opens: true,
    given: {
      script: (_, ends) => {
        ends.abort();
        return { end: 'hang' };
      },
    },
  },
  {
    fault: 'the directory is closed',
    at: 'http/transport.ts',
    cause: 'an administrator',
    kind: 'shutdown',
    opens: false,
    given: { before: (directory) => directory.close() },
  },
  {
    fault: 'longer than is read at a time',
    at: 'http/transport.ts',
    cause: 'a user',
    kind: 'entry',
    opens: false,
    given: {
      settings: { aliasAttribute: 'mailAlias' },
      prepare: ({ users }) => {
        users.push(user('pia', { attributes: { photo: ['x'.repeat(1_100_000)] } }));
      },
      key: 'pia@example.org',
    },
  },
  {
    fault: 'says 429 and is left alone for 1 s',
    at: 'http/gate.ts',
    cause: 'a stranger',
    kind: 'doubt',
    opens: false,
    given: { script: toAll({ status: 429, body: '' }) },
  },
  {
    fault: 'starts (503, bootstrap in progress)',
    at: 'http/gate.ts',
    cause: 'the server',
    kind: 'starting',
    opens: false,
    given: { script: toAll({ status: 503, body: 'Bootstrap in progress. Retry in 1 seconds.' }) },
  },
  {
    fault: '500 (unknown_error), shortly after its start',
    at: 'http/gate.ts',
    cause: 'the server',
    kind: 'starting',
    opens: false,
    given: {
      before: async (directory, keycloak) => {
        keycloak.script = () => ({
          status: 503,
          body: 'Bootstrap in progress. Retry in 0 seconds.',
        });
        await directory.find('ann@example.org', new AbortController().signal).catch(() => {});
        keycloak.script = ({ path }) =>
          path.endsWith('/token') ? undefined : { status: 500, body: own('unknown_error') };
      },
    },
  },
  {
    fault: 'the list /groups/id-team/members changed while it was read',
    at: 'http/paging.ts',
    cause: 'an administrator',
    kind: 'entry',
    opens: false,
    given: {
      settings: { groupAttribute: 'mail' },
      prepare: ({ groups }) => {
        const members = Array.from({ length: 150 }, (_, i) => user(`n${i}`));
        const attributes = { mail: ['team@example.org'] };
        groups.push({ id: 'id-team', attributes, members, children: [] });
      },
      script: ({ query }) => (query['first'] === '99' ? says([user('other')]) : undefined),
      key: 'team@example.org',
    },
  },
];
