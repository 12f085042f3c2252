import { PresenceFilter } from 'ldapts';
import { describe, expect, test } from 'vitest';
import { Fault } from '../../../../src/directory/directory.ts';
import type { SearchRequest } from '../../../../src/directory/ldap/search.ts';
import { entriesOf, searchOn, Untrusted } from '../../../../src/directory/ldap/servers/results.ts';
import type { Reply } from '../../../../src/directory/ldap/wire/operations.ts';
import { connectTo, entry, result, startPeer } from '../peer.ts';

const REQUEST: SearchRequest = {
  base: 'dc=x',
  scope: 'sub',
  filter: new PresenceFilter({ attribute: 'mail' }),
  attributes: [],
  sizeLimit: 0,
};
const ANN = { dn: 'uid=ann', attributes: new Map() };

const replyOf = (code: number, more: Partial<Reply> = {}): Reply => ({
  code,
  diagnostic: '',
  referrals: [],
  controls: new Map(),
  entries: [],
  references: [],
  ...more,
});

/** What a reply throws; fails where it throws nothing. */
function faultOf(reply: Reply, request: Partial<SearchRequest> = {}): Fault {
  try {
    entriesOf(reply, { ...REQUEST, ...request }, 'ldap://s', 'refuse');
  } catch (error) {
    if (error instanceof Fault) return error;
  }
  throw new Error('it is no fault');
}

describe('a result', () => {
  test('of success gives its entries', () => {
    expect(entriesOf(replyOf(0, { entries: [ANN] }), REQUEST, 'ldap://s', 'refuse')).toEqual([ANN]);
  });

  test('of any other code gives no entries, though there are some', () => {
    for (let code = 1; code < 130; code++)
      expect(faultOf(replyOf(code, { entries: [ANN] })).message).not.toBe('');
  });

  test.each([12, 16, 17, 18, 19, 20, 21, 34])('of code %i blames the question', (code) => {
    expect(faultOf(replyOf(code)).kind).toBe('entry');
  });

  test.each([3, 11, 51, 52, 53, 80, 10, 123])(
    'of code %i blames the server, and keeps the connection',
    (code) => {
      const fault = faultOf(replyOf(code));
      expect(fault.kind).toBe('directory');
      expect(fault).not.toBeInstanceOf(Untrusted);
    },
  );

  test.each([1, 2, 8, 13, 32, 50])('of code %i ends the trust in the connection', (code) => {
    expect(faultOf(replyOf(code))).toBeInstanceOf(Untrusted);
  });

  test('of a missing base is none where the base depends on the key', () => {
    const request = { ...REQUEST, baseMayBeAbsent: true } as const;
    expect(entriesOf(replyOf(32), request, 'ldap://s', 'refuse')).toEqual([]);
  });

  test.each([
    [{ sizeLimit: 20 }, 'more than 20 entries match, or the server gives no more at a time'],
    [
      { sizeLimit: 0 },
      'more entries match than the server gives at a time: raise its size limit for bind.dn',
    ],
  ])('of too many entries says so (%o)', (request, reason) => {
    expect(faultOf(replyOf(4), request)).toMatchObject({ kind: 'entry', message: reason });
  });

  test('of more entries than were wanted is a fault without that code, too', () => {
    expect(faultOf(replyOf(0, { entries: [ANN, ANN] }), { sizeLimit: 1 }).kind).toBe('entry');
  });

  test('names the server, the code and the server’s words', () => {
    expect(faultOf(replyOf(51, { diagnostic: 'come later' })).message).toBe(
      'ldap://s: a search failed with code 51, it is busy (come later)',
    );
  });

  test('that refers to another server says where', () => {
    const reply = replyOf(10, { referrals: ['ldap://other/dc=x'] });
    expect(faultOf(reply).message).toMatch('ldap://s refers to ldap://other/dc=x for dc=x');
  });

  const ELSEWHERE = replyOf(0, { references: ['ldap://other/ou=far,dc=x'] });

  test('of which a part lies elsewhere is a fault', () => {
    expect(faultOf(ELSEWHERE).message).toMatch('a part of dc=x lies at ldap://other/ou=far,dc=x');
  });

  test('of which a part lies elsewhere counts where the settings say so', () => {
    expect(entriesOf(ELSEWHERE, REQUEST, 'ldap://s', 'ignore')).toEqual([]);
  });

  test.each(['DomainDnsZones', 'ForestDnsZones'])(
    'does not mind Active Directory’s partition %s, where no people are',
    (name) => {
      const references = [`ldap://ad.test/DC=${name},DC=ad,DC=test`];
      expect(entriesOf(replyOf(0, { references }), REQUEST, 'ldap://s', 'refuse')).toEqual([]);
    },
  );
});

describe('a search page by page', () => {
  /** Each page says where the next one begins, the last one that there is none. */
  const page = (id: number, cookie: string): Buffer => {
    const plain = result(id);
    const value = Buffer.concat([Buffer.of(0x02, 1, 0, 0x04, cookie.length), Buffer.from(cookie)]);
    const oid = Buffer.from('1.2.840.113556.1.4.319');
    const sequence = tlv(0x30, value);
    const control = tlv(0x30, Buffer.concat([tlv(0x04, oid), tlv(0x04, sequence)]));
    const controls = tlv(0xa0, control);
    return tlv(0x30, Buffer.concat([plain.subarray(2), controls]));
  };
  const tlv = (tag: number, content: Buffer): Buffer =>
    Buffer.concat([Buffer.of(tag, content.length), content]);
  const never = new AbortController().signal;

  test('gives the entries of all pages', async () => {
    const cookies = ['second', 'third', ''];
    const peer = await startPeer(({ id }, socket) => {
      const cookie = cookies.shift() ?? '';
      socket.write(Buffer.concat([entry(id, `before ${cookie}`), page(id, cookie)]));
    });
    const search = searchOn(await connectTo(peer), 'refuse', never);
    const found = await search({ ...REQUEST, paged: true });
    expect(found.map(({ dn }) => dn)).toEqual(['before second', 'before third', 'before ']);
    expect(peer.asked[1]?.text).toContain('second');
  });

  test('gives none where a later page fails', async () => {
    const peer = await startPeer(({ id }, socket) =>
      socket.write(
        peer.asked.length === 1
          ? Buffer.concat([entry(id, 'uid=ann'), page(id, 'more')])
          : result(id, 'search', 51),
      ),
    );
    const search = searchOn(await connectTo(peer), 'refuse', never);
    await expect(search({ ...REQUEST, paged: true })).rejects.toThrow('it is busy');
  });
});
