import { EqualityFilter } from 'ldapts';
import { describe, expect, test } from 'vitest';
import type { SearchRequest } from '../../../src/directory/ldap/search.ts';
import { MAX_MESSAGE_BYTES } from '../../../src/directory/ldap/wire/frames.ts';
import type { Hear } from '../../../src/directory/ldap/wire/operations.ts';
import { keepBusy } from '../../support/busy.ts';
import { connectTo, encode, entry, notice, reference, result, startPeer } from './peer.ts';

const REQUEST: SearchRequest = {
  base: 'dc=x',
  scope: 'sub',
  filter: new EqualityFilter({ attribute: 'mail', value: 'ann@x.org' }),
  attributes: ['mail'],
  sizeLimit: 0,
};
const never = new AbortController().signal;

describe('a connection', () => {
  test('gives a search its entries, references and result', async () => {
    const peer = await startPeer(({ id }, socket) =>
      socket.write(
        Buffer.concat([entry(id, 'uid=ann'), reference(id, 'ldap://y'), result(id, 'search', 4)]),
      ),
    );
    const connection = await connectTo(peer);
    expect(await connection.search(REQUEST, never)).toMatchObject({
      code: 4,
      entries: [{ dn: 'uid=ann' }],
      references: ['ldap://y'],
    });
  });

  test('gives each question its own answer, in whatever order they come', async () => {
    const peer = await startPeer();
    const connection = await connectTo(peer);
    const answered: string[] = [];
    const first = connection.search(REQUEST, never).then(() => answered.push('first'));
    const second = connection.search(REQUEST, never).then(() => answered.push('second'));
    expect(connection.load).toBe(2);
    const [one, two] = [await peer.next('search'), await peer.next('search')];
    expect(two.id).toBeGreaterThan(one.id);
    peer.send(Buffer.concat([result(two.id), result(one.id)]));
    await Promise.all([first, second]);
    expect(answered).toEqual(['second', 'first']);
    expect(connection.load).toBe(0);
  });

  test('hears all that came before it was closed, however long that takes', async () => {
    const peer = await startPeer(({ id }, socket) => {
      const entries = Array.from({ length: 20 }, (_, i) => entry(id, `uid=${i}`));
      socket.end(Buffer.concat([...entries, result(id)]));
    });
    const connection = await connectTo(peer);
    const heard: string[] = [];
    const hear: Hear = (message) => {
      if (message.kind === 'entry') heard.push(message.entry.dn);
      keepBusy(1);
    };
    expect(await connection.listen(REQUEST, [], hear, never)).toMatchObject({ code: 0 });
    expect(heard).toEqual(Array.from({ length: 20 }, (_, i) => `uid=${i}`));
  });

  test('that ends in the middle of an answer loses all questions, and its entries', async () => {
    const peer = await startPeer();
    const connection = await connectTo(peer);
    const asked = [connection.search(REQUEST, never), connection.search(REQUEST, never)];
    await peer.next('search');
    peer.send(entry((await peer.next('search')).id, 'uid=ann'));
    peer.end();
    const ends = await Promise.allSettled(asked);
    for (const end of ends)
      expect(end).toMatchObject({
        status: 'rejected',
        reason: { name: 'Lost', message: 'ldap://peer: the connection was closed' },
      });
    await connection.spent;
    expect(connection.load).toBe(0);
  });

  test('that is dead answers nothing any more', async () => {
    const peer = await startPeer();
    const connection = await connectTo(peer);
    connection.kill('it is not to be trusted');
    await expect(connection.search(REQUEST, never)).rejects.toThrow('not to be trusted');
    expect(peer.asked).toEqual([]);
  });

  test.each([
    ['says that it disconnects', () => notice('going down'), /the server disconnects: going down/],
    ['sends what is no LDAP', () => Buffer.from('HTTP/1.1 400'), /this is no LDAP/],
    ['sends what can’t be read', () => Buffer.from('3003040100', 'hex'), /ldap:\/\/peer: /],
    [
      'answers a search with a bind',
      (id: number) => result(id, 'bind'),
      /something else than was asked/,
    ],
  ])('to a server that %s is dead', async (_, bytes, reason) => {
    const peer = await startPeer(({ id }, socket) => socket.write(bytes(id)));
    const connection = await connectTo(peer);
    await expect(connection.search(REQUEST, never)).rejects.toThrow(reason);
    expect(connection.death?.message).toMatch(reason);
  });

  test('tells the server to abandon what runs out of time, and keeps the others', async () => {
    const peer = await startPeer();
    const connection = await connectTo(peer);
    const own = new AbortController();
    const slow = connection.search(REQUEST, own.signal);
    const other = connection.search(REQUEST, never);
    await peer.next('search');
    const { id } = await peer.next('search');
    own.abort();
    await expect(slow).rejects.toMatchObject({
      kind: 'timeout',
      message: 'ldap://peer did not answer in time',
    });
    await peer.next('abandon');
    peer.send(result(id));
    expect(await other).toMatchObject({ code: 0 });
    expect(connection.isStuck).toBe(false);
  });

  test('takes no late answer to what was abandoned for another one', async () => {
    const peer = await startPeer();
    const connection = await connectTo(peer);
    const own = new AbortController();
    const slow = connection.search(REQUEST, own.signal);
    const late = await peer.next('search');
    own.abort();
    await expect(slow).rejects.toThrow('in time');
    const next = connection.search(REQUEST, never);
    const { id } = await peer.next('search');
    peer.send(Buffer.concat([entry(late.id, 'uid=ann'), result(late.id), result(id)]));
    expect(await next).toMatchObject({ entries: [] });
  });

  /** Lets a question of two searches run out of time. */
  async function expire(connection: Awaited<ReturnType<typeof connectTo>>): Promise<void> {
    const own = new AbortController();
    const asked = [connection.search(REQUEST, own.signal), connection.search(REQUEST, own.signal)];
    own.abort();
    await Promise.allSettled(asked);
  }

  test('is stuck when a second question in a row has no answer', async () => {
    const connection = await connectTo(await startPeer());
    await expire(connection);
    expect(connection.isStuck).toBe(false);
    await expire(connection);
    expect(connection.isStuck).toBe(true);
    await connection.spent;
  });

  test('is not stuck where something was answered in between', async () => {
    const peer = await startPeer();
    const connection = await connectTo(peer);
    await expire(connection);
    const answered = connection.search(REQUEST, never);
    await peer.next('search');
    await peer.next('search');
    peer.send(result((await peer.next('search')).id));
    await answered;
    await expire(connection);
    expect(connection.isStuck).toBe(false);
  });

  test.each([
    ['entries', (id: number) => entry(id, 'uid=ann')],
    ['answers to nothing', () => entry(999_999, 'uid=ann')],
    ['words in between', (id: number) => encode(id, 0x79, () => {})],
  ])('is stuck where %s come without end, and no result', async (_, sent) => {
    const peer = await startPeer();
    const connection = await connectTo(peer);
    for (let i = 0; i < 2; i++) {
      const own = new AbortController();
      const asked = connection.search(REQUEST, own.signal);
      const { id } = await peer.next('search');
      const other = connection.search(REQUEST, own.signal);
      peer.send(sent(id));
      await peer.next('search');
      own.abort();
      await Promise.allSettled([asked, other]);
      await peer.next('abandon');
    }
    expect(connection.isStuck).toBe(true);
  });

  /** The beginning of an answer that is too large, and all that follows of it. */
  function tooLarge(id: number): Buffer {
    const bytes = Buffer.alloc(MAX_MESSAGE_BYTES + 1);
    bytes.writeUInt16BE(0x3084);
    bytes.writeUInt32BE(bytes.length - 6, 2);
    bytes.writeUInt16BE(0x0201, 6);
    bytes.writeUInt8(id, 8);
    return bytes;
  }

  test.each([
    ['an entry larger than any', (id: number) => tooLarge(id), /entry of 16777217 bytes/],
    [
      'an entry of too many values',
      (id: number) => entry(id, 'x', [['m', Array.from({ length: 250_001 }, () => 'a')]]),
      /more than 250000 values/,
    ],
    [
      'more entries than fit',
      (id: number) => {
        const one = entry(id, 'x', [['m', ['a'.repeat(1024 * 1024)]]]);
        return Buffer.concat(Array.from({ length: 65 }, () => one));
      },
      /more than 67108864 bytes/,
    ],
  ])('whose server answers with %s fails that question alone', async (_, sent, reason) => {
    const peer = await startPeer();
    const connection = await connectTo(peer);
    const large = connection.search(REQUEST, never);
    const other = connection.search(REQUEST, never);
    const [one, two] = [await peer.next('search'), await peer.next('search')];
    peer.send(Buffer.concat([sent(one.id), result(one.id), result(two.id)]));
    await expect(large).rejects.toMatchObject({
      kind: 'entry',
      message: expect.stringMatching(reason),
    });
    expect(await other).toMatchObject({ code: 0 });
    await peer.next('abandon');
    expect(connection.death).toBeUndefined();
  });

  test('to a server that sends what nobody asked for, more than any answer, is dead', async () => {
    const peer = await startPeer();
    const connection = await connectTo(peer);
    const one = entry(4711, 'x', [['m', ['a'.repeat(8 * 1024 * 1024)]]]);
    const asked = connection.search(REQUEST, never);
    await peer.next('search');
    for (let i = 0; i < 9; i++) peer.send(one);
    await expect(asked).rejects.toThrow('sends what nobody asked for');
  });

  test('says goodbye when it is closed', async () => {
    const peer = await startPeer();
    const connection = await connectTo(peer);
    connection.close();
    await peer.next('unbind');
    expect(connection.death?.message).toBe('ldap://peer: closed by idpmap');
  });

  test('asks nothing on a signal that has aborted', async () => {
    const peer = await startPeer();
    const connection = await connectTo(peer);
    await expect(connection.search(REQUEST, AbortSignal.abort())).rejects.toThrow('in time');
    expect(connection.load).toBe(0);
  });
});
