import { dnOf, person } from '../memory/open.ts';
import { result } from '../peer.ts';
import { SETTINGS } from '../tablefixture.ts';
import { code, type Row, reply } from './row.ts';

const inDoubt = { cause: 'admin', kind: 'doubt', opens: false } as const;
const ofServer = { cause: 'server', kind: 'directory', opens: true } as const;

/** What concerns all keys. */
export const BY_SERVER: readonly Row[] = [
  {
    ...inDoubt,
    fault: 'an attribute may not be seen that nobody was ever seen to have',
    entries: person('ann'),
    before: (server) => {
      server.isOpenLdap = true;
      server.rights.hidden.add('mailalternateaddress');
    },
  },
  {
    ...inDoubt,
    fault: 'the canary is gone',
    settings: { canary: 'ann@example.org' },
    after: ({ entries }) => void entries.delete(dnOf('ann')),
  },
  {
    ...inDoubt,
    fault: 'nobody shows an attribute any more that somebody had',
    after: ({ rights }) => void rights.hidden.add('mailalternateaddress'),
  },
  {
    ...inDoubt,
    fault: 'the schema lacks an attribute that the settings name',
    settings: { accounts: { aliases: ['mailAlternateAdress'] } },
    before: ({ attributeTypes }) =>
      void attributeTypes.push(
        "( 1.1 NAME 'mail' )",
        "( 1.2 NAME 'uid' )",
        "( 1.3 NAME 'mailAlternateAddress' )",
      ),
  },
  {
    ...inDoubt,
    fault: 'the login sees itself alone',
    before: ({ rights }) =>
      Object.assign(rights, {
        sees: (dn: string) => !dn.startsWith('uid=') || dn.startsWith('uid=svc'),
      }),
    key: 'evil@example.org',
  },
  {
    ...inDoubt,
    fault: 'a table shows nothing at all',
    table: 'lists',
    key: 'all',
    settings: {
      tables: {
        lists: {
          ...SETTINGS,
          queryFilter: '(nobodyHasThis=%s)',
          resultAttributes: ['nobodyHasThisEither'],
        },
      },
    },
  },
  {
    ...ofServer,
    cause: 'admin',
    fault: 'the base is gone',
    after: ({ entries }) => void entries.delete('dc=x'),
  },
  ...[50, 51, 52, 80].map(
    (n): Row => ({ ...ofServer, fault: `all is refused with ${n}`, after: code(n, '') }),
  ),
  {
    ...ofServer,
    cause: 'admin',
    fault: 'all is referred elsewhere',
    after: reply((id) => result(id, 'search', 10, '', 'ldap://y'), ''),
  },
  {
    ...ofServer,
    cause: 'admin',
    fault: 'nothing is to be seen below the root',
    settings: { base: '' },
    after: ({ rights }) => Object.assign(rights, { sees: () => false }),
  },
  {
    ...ofServer,
    cause: 'admin',
    fault: 'the password is wrong',
    before: (server) => Object.assign(server, { loginCode: 49 }),
  },
  {
    ...ofServer,
    cause: 'admin',
    fault: 'the login is not allowed without TLS',
    before: (server) => Object.assign(server, { loginCode: 13 }),
  },
  {
    ...ofServer,
    cause: 'admin',
    fault: 'the authority of the server can’t be read',
    settings: { tls: { ca: '/nowhere/ca.pem' } },
  },
  {
    ...ofServer,
    cause: 'network',
    fault: 'the server is not reached',
    settings: { urls: [{ kind: 'tcp', host: '127.0.0.1', port: 1, secure: false }] },
  },
  {
    ...ofServer,
    fault: 'the schema can’t be read now',
    before: reply((id) => result(id, 'search', 51), 'cn=subschema'),
  },
  {
    ...ofServer,
    fault: 'all that comes is no LDAP',
    after: reply(() => Buffer.from('HTTP/1.1 400'), ''),
  },
  {
    ...ofServer,
    cause: 'network',
    fault: 'all connections are cut',
    after: ({ replies }) => void replies.set('', (_, socket) => socket.end()),
  },
  {
    ...ofServer,
    cause: 'network',
    kind: 'timeout',
    fault: 'nothing is answered',
    after: ({ replies }) => void replies.set('', () => {}),
    waits: 'nobody answered',
  },
];
