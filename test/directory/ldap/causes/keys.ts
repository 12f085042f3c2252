import { notice, reference, result } from '../peer.ts';
import { code, type Row, reply } from './row.ts';

const byStranger = { cause: 'stranger', kind: 'entry', opens: false } as const;

/** What whoever sends mail chooses: a key. */
export const BY_KEY: readonly Row[] = [
  ...[16, 18, 21, 34].map(
    (n): Row => ({ ...byStranger, fault: `one key is refused with ${n}`, after: code(n) }),
  ),
  ...[1, 2, 8, 50, 53, 80].map(
    (n): Row => ({
      ...byStranger,
      fault: `one key is refused with ${n}, which elsewhere means that all is lost`,
      after: code(n),
    }),
  ),
  ...[3, 11].map(
    (n): Row => ({ ...byStranger, fault: `one key is too dear, with ${n}`, after: code(n) }),
  ),
  { ...byStranger, fault: 'one key finds more than the server gives', after: code(4) },
  {
    ...byStranger,
    fault: 'one key is referred elsewhere',
    after: reply((id) => Buffer.concat([reference(id, 'ldap://y/dc=x'), result(id)])),
  },
  {
    ...byStranger,
    fault: 'one key is answered too late',
    after: ({ replies }) => void replies.set('evil', () => {}),
    waits: 'others answered',
  },
  {
    ...byStranger,
    fault: 'at one key the server ends the connection',
    after: ({ replies }) => void replies.set('evil', (_, socket) => socket.end()),
  },
  {
    ...byStranger,
    fault: 'at one key the server answers what is no LDAP',
    after: reply(() => Buffer.from('HTTP/1.1 400')),
  },
  {
    ...byStranger,
    fault: 'at one key the server says that it disconnects',
    after: reply(() => notice('bye')),
  },
  {
    ...byStranger,
    fault: 'one key can be written in more ways than can be asked for',
    key: `${'ﬀﬁß'.repeat(12)}@example.org`,
  },
];
