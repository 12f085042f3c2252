import { Secret } from '../../../../src/config/sources/secret.ts';
import type { ScriptedReply } from '../../../support/keycloak/script.ts';
import { type Given, type Row, toToken } from './row.ts';

const PAGE = '<html><h1>blocked</h1></html>';

/** What the request for a token comes to: nobody's mail address is a part of it. */
const TOKEN: readonly (readonly [fault: string, cause: Row['cause'], reply: ScriptedReply])[] = [
  ['check clientId and clientSecret', 'an administrator', { status: 401, body: { error: 'no' } }],
  ['is the realm enabled?', 'an administrator', { status: 403, body: { error: 'no' } }],
  [
    'there is no realm mail',
    'an administrator',
    { status: 404, body: { error: 'Realm not found' } },
  ],
  ['does not let /realms/mail/protocol', 'an administrator', { status: 403, body: PAGE }],
  ['redirects are not followed', 'an administrator', { status: 302, body: '' }],
  ['lives for 0.001 s', 'an administrator', { body: { access_token: 'a', expires_in: 0.001 } }],
  ['without one, is it Keycloak?', 'an administrator', { body: {} }],
  ['with what is no JSON', 'an administrator', { body: PAGE }],
  ['longer than is read', 'the server', { body: 'x'.repeat(4_300_000) }],
  ['500 (nothing)', 'the server', { status: 500, body: '' }],
];

const row = (fault: string, more: Omit<Row, 'fault'>): Row => ({ fault, ...more });
const ofToken = (given: Given) => ({ early: true, ...given }) as const;

/** Faults of logging in. */
export const LOGIN: readonly Row[] = [
  ...TOKEN.map(([fault, cause, reply]) =>
    row(fault, {
      at: 'login/fetchtoken.ts',
      cause,
      kind: 'directory',
      opens: true,
      given: ofToken({ script: toToken(reply) }),
    }),
  ),
  row('gave no token in time', {
    at: 'login/token.ts',
    cause: 'the server',
    kind: 'timeout',
    opens: true,
    given: ofToken({
      script: ({ path }, ends) => {
        if (!path.endsWith('/token')) return undefined;
        ends.abort();
        return { end: 'hang' };
      },
    }),
  }),
  row('the directory is closed', {
    at: 'login/token.ts',
    cause: 'an administrator',
    kind: 'shutdown',
    opens: false,
    given: ofToken({ script: toToken({ end: 'hang' }), before: (directory) => directory.close() }),
  }),
  row('no token can be asked for: file /nonexistent/secret does not exist', {
    at: 'login/login.ts',
    cause: 'an administrator',
    kind: 'directory',
    opens: true,
    given: ofToken({ settings: { clientSecret: new Secret({ file: '/nonexistent/secret' }) } }),
  }),
];
