import { describe, expect, test } from 'vitest';
import { lookAtPorts } from '../../../src/cli/doctor/ports.ts';
import { lookAtSockets } from '../../../src/cli/doctor/sockets.ts';
import { factsOf, mend, placeOf, SOCKET, socketOf } from '../../support/doctor/facts.ts';

const place = (changes: Parameters<typeof placeOf>[1]) => ({
  places: new Map([[SOCKET, placeOf(SOCKET, changes)]]),
});
const [own, ...above] = placeOf(SOCKET).above;
if (own === undefined) throw new Error('it lies in a directory');

describe('a socket for Postfix', () => {
  test('that it may open is told, with all who may', async () => {
    expect(lookAtSockets(await factsOf())).toEqual([
      {
        level: 'ok',
        about: `unix:${SOCKET}`,
        text: 'Postfix may connect: root, idpmap, the group postfix may (mode 0660)',
      },
    ]);
  });

  test('is looked at where there is no Postfix, too', async () => {
    const config = `listen: "unix:${SOCKET}?group=nobody-has-it"`;
    expect(await mend(lookAtSockets, { config, postfix: 'absent' })).toMatchObject([
      { text: expect.stringContaining('does not exist') },
    ]);
  });

  test.each<[string, Parameters<typeof placeOf>[1], RegExp, RegExp]>([
    [
      'without a directory',
      { holder: 'absent' },
      /idpmap does not exist$/,
      /^install -d -o idpmap -g postfix/,
    ],
    ['below a file', { holder: 'other' }, /is no directory$/, /another path/],
    ['where a file is', { file: socketOf({ kind: 'file' }) }, /a file is there/, /^remove/],
    [
      'where a directory is',
      { file: socketOf({ kind: 'directory' }) },
      /a directory is there/,
      /^remove/,
    ],
    [
      'where anybody may write',
      { unsafe: '/var' },
      /anybody may write to \/var/,
      /chmod o-w \/var/,
    ],
    [
      'behind a barrier for idpmap',
      { above: [own, { ...own, path: '/var', mode: 0o700, uid: 0, gid: 0 }] },
      /^idpmap \(uid 900\) may not pass \/var \(mode 0700/,
      /^chmod o\+x \/var/,
    ],
    [
      'in a directory of somebody else',
      { above: [{ ...own, uid: 0 }, ...above] },
      /^idpmap \(uid 900\) may not write to .* \(mode 2750, owner 0, group 110\)/,
      /^chown idpmap .*--user NAME/,
    ],
    [
      'behind a barrier for Postfix',
      { above: [{ ...own, mode: 0o2700 }, ...above] },
      /^postfix \(uid 100\) may not pass/,
      /first/,
    ],
    [
      'with another mode than the configured one',
      { file: socketOf({ mode: 0o600 }) },
      /^postfix \(uid 100\) may not connect to the socket that is there now: root, idpmap may/,
      /^reload or restart idpmap/,
    ],
  ])('%s', async (_, changes, text, remedy) => {
    expect(await mend(lookAtSockets, place(changes))).toEqual([
      {
        level: 'failed',
        about: `unix:${SOCKET}`,
        text: expect.stringMatching(text),
        mend: expect.stringMatching(remedy),
      },
    ]);
  });

  test.each([
    ['mode=0600', /may not connect: root, idpmap may \(mode 0600\)/],
    ['group=mail', /is no member of the group mail/],
    ['group=maill', /its group "maill" does not exist/],
  ])('with %s', async (options, text) => {
    const config = `listen: "unix:${SOCKET}?${options}"`;
    expect(await mend(lookAtSockets, { config })).toMatchObject([
      { level: 'failed', text: expect.stringMatching(text) },
    ]);
  });

  test.each(['', '?mode=0666', '?group=110', '?mode=0660&group=postfix'])(
    'with %j is right, for its directory hands on its group',
    async (options) => {
      expect(await mend(lookAtSockets, { config: `listen: "unix:${SOCKET}${options}"` })).toEqual(
        [],
      );
    },
  );

  test('without a group is right where nothing hands one on and everybody may connect, else not', async () => {
    const plain = place({ above: [{ ...own, mode: 0o755, gid: 900 }, ...above] });
    const listening = (options: string) => ({
      config: `listen: "unix:${SOCKET}${options}"`,
      ...plain,
    });
    expect(await mend(lookAtSockets, listening('?mode=0666'))).toEqual([]);
    expect(await mend(lookAtSockets, listening(''))).toMatchObject([
      { text: 'postfix (uid 100) may not connect: root, idpmap, the group idpmap may (mode 0660)' },
    ]);
  });

  test('of root’s is given to any group', async () => {
    const user = { name: 'root', uid: 0, gid: 0, groups: [] };
    const bare = place({ above: [{ ...own, mode: 0o755, uid: 0, gid: 0 }, ...above] });
    expect(await mend(lookAtSockets, { user, ...bare })).toEqual([]);
  });

  test('of sendmail’s is nobody’s business', async () => {
    const config = `listen: { endpoint: "unix:${SOCKET}?mode=0600", client: sendmail }`;
    expect(await mend(lookAtSockets, { config })).toEqual([]);
  });

  test('in the jail need not be reached through what lies above it', async () => {
    const closed = above.map((each) => (each.path === '/var' ? { ...each, mode: 0o700 } : each));
    const user = { name: 'root', uid: 0, gid: 0, groups: [] };
    expect(await mend(lookAtSockets, { user, ...place({ above: [own, ...closed] }) })).toEqual([]);
  });
});

describe('a port', () => {
  const config = 'listen: tcp://127.0.0.1:9100\nhttp: tcp://127.0.0.1:9101';
  const held = (
    port: number,
    holder: 'us' | 'nobody' | 'other' | { pid: number; command: string },
  ) => ({
    config,
    holders: new Map([[`tcp://127.0.0.1:${port}`, holder]]),
  });

  test.each(['us', 'nobody', 'other'] as const)('of %s is none to mend', async (holder) => {
    expect(await mend(lookAtPorts, held(9100, holder))).toEqual([]);
  });

  test.each([
    [9100, 'node_exporter', /"listen" name another, or stop node_exporter/],
    [9101, 'nginx', /"http" name another/],
    [9100, 'node', /an older idpmap.*kill 7/],
  ])('%i of %s is told', async (port, command, remedy) => {
    expect(await mend(lookAtPorts, held(port, { pid: 7, command }))).toEqual([
      {
        level: 'failed',
        about: `tcp://127.0.0.1:${port}`,
        text: `is in use by pid 7 (${command}), which is not the daemon of this configuration`,
        mend: expect.stringMatching(remedy),
      },
    ]);
  });

  test.each([
    ['192.0.2.1', 1],
    ['10.0.0.5', 0],
    ['0.0.0.0', 0],
  ])('at %s', async (host, count) => {
    const listen = `listen: { endpoint: "tcp://${host}:9100", allow: [10.0.0.0/8], acknowledgeUnauthenticated: true }`;
    expect(await mend(lookAtPorts, { config: `${listen}\nhttp: off` })).toHaveLength(count);
  });
});
