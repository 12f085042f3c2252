import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMessage } from '../../../src/directory/ldap/wire/message.ts';
import { withControls } from './follow/syncpeer.ts';
import { encode, entry, notice, reference, result } from './peer.ts';

/** An entry's attributes as text. */
function attributesOf(bytes: Buffer): unknown {
  const read = readMessage(bytes);
  if (read.kind !== 'entry') throw new Error(`it is a ${read.kind}`);
  return Object.fromEntries(
    [...read.entry.attributes].map(([name, values]) => [name, values.map(String)]),
  );
}

describe('a message', () => {
  test('that is an entry has its name and its values', () => {
    const bytes = entry(7, 'uid=ann', [
      ['mail', ['ann@x.org', 'ann@y.org']],
      ['uid', []],
    ]);
    expect(readMessage(bytes)).toMatchObject({ id: 7, kind: 'entry', entry: { dn: 'uid=ann' } });
    expect(attributesOf(bytes)).toEqual({ mail: ['ann@x.org', 'ann@y.org'], uid: [] });
  });

  test('has attributes by names in lower case', () => {
    expect(attributesOf(entry(1, 'x', [['mailAlternateAddress', ['a']]]))).toEqual({
      mailalternateaddress: ['a'],
    });
  });

  test('has the values of an attribute with options among those without', () => {
    const bytes = entry(1, 'x', [
      ['mail;lang-de', ['a']],
      ['mail', ['b']],
    ]);
    expect(attributesOf(bytes)).toEqual({ mail: ['a', 'b'] });
  });

  test('keeps the range of an attribute that comes in parts', () => {
    expect(attributesOf(entry(1, 'x', [['member;range=0-1499', ['a']]]))).toEqual({
      'member;range=0-1499': ['a'],
    });
  });

  test('that is a result has its code, words and referrals', () => {
    expect(readMessage(result(3, 'search', 10, 'not here', 'ldap://other'))).toMatchObject({
      id: 3,
      kind: 'result',
      result: { code: 10, diagnostic: 'not here', referrals: ['ldap://other'] },
    });
  });

  test.each([
    ['two lines', 'come\r\nlater', 'come later'],
    ['the colours of a terminal', 'a\u001b[31mred', 'a [31mred'],
    ['a change of direction', 'a\u202etxt', 'a txt'],
    ['more than anybody reads', 'a'.repeat(15 * 1024 * 1024), `${'a'.repeat(300)} …`],
    ['an address after much else', `${'b'.repeat(5000)}@x.org`, `${'b'.repeat(300)} …`],
  ])('whose words are %s has them as one short line', (_, words, read) => {
    expect(readMessage(result(3, 'search', 80, words))).toMatchObject({
      result: { diagnostic: read },
    });
  });

  test('has all values of an attribute that is repeated, each taken once', () => {
    const names = Array.from({ length: 50_000 }, (_, i): [string, string[]] => ['mail', [`${i}`]]);
    const read = readMessage(entry(1, 'x', names));
    const count = read.kind === 'entry' ? read.entry.attributes.get('mail')?.length : read.kind;
    expect(count).toBe(50_000);
  });

  test.each([
    ['too many values', 'x', [['mail', Array.from({ length: 250_001 }, () => 'a')]]],
    ['too many attributes', 'x', Array.from({ length: 250_001 }, () => ['mail', []])],
    ['a name without end', 'x'.repeat(9000), []],
    ['an attribute whose name has no end', 'x', [['m'.repeat(9000), []]]],
  ] satisfies [string, string, [string, string[]][]][])(
    'that is an entry with %s is told as one that is too large',
    (_, dn, attributes) => {
      expect(readMessage(entry(9, dn, attributes))).toMatchObject({ id: 9, kind: 'too large' });
    },
  );

  test('has a few URLs of a thousand', () => {
    const bytes = encode(1, 0x73, (writer) => {
      for (let i = 0; i < 1000; i++) writer.writeString(`ldap://${i}`);
    });
    const read = readMessage(bytes);
    expect(read.kind === 'reference' ? read.urls.length : read.kind).toBe(20);
  });

  test('that is a reference has its URLs', () => {
    expect(readMessage(reference(3, 'ldap://other/dc=x'))).toEqual({
      id: 3,
      kind: 'reference',
      urls: ['ldap://other/dc=x'],
    });
  });

  test('of the server’s own has the id 0', () => {
    expect(readMessage(notice('going down'))).toMatchObject({ id: 0, kind: 'result' });
  });

  test('in between has its name and what it says, or neither', () => {
    expect(readMessage(encode(4, 0x79, () => {}))).toEqual({
      id: 4,
      kind: 'intermediate',
      oid: '',
      value: undefined,
    });
    const whole = encode(4, 0x79, (writer) => {
      writer.writeString('1.2.3', 0x80);
      writer.writeBuffer(Buffer.from('so'), 0x81);
    });
    expect(readMessage(whole)).toMatchObject({ oid: '1.2.3', value: Buffer.from('so') });
  });

  test('that is an entry has the controls that came with it, and no more than anybody asks for', () => {
    const many = withControls(
      entry(1, 'x'),
      Array.from({ length: 10_000 }, (_, i) => [`1.${i}`, Buffer.from('v')] as const),
    );
    const read = readMessage(many);
    if (read.kind !== 'entry') throw new Error(`it is a ${read.kind}`);
    expect(read.controls.get('1.0')?.toString()).toBe('v');
    expect(read.controls.size).toBe(20);
  });

  test('of an unknown type is refused', () => {
    expect(() => readMessage(encode(4, 0x63, () => {}))).toThrow('unknown type 99');
  });

  test('with a value of a length below zero is refused, not read for ever', () => {
    const bytes = encode(1, 0x73, (writer) => {
      writer.writeBuffer(Buffer.alloc(0), 0x04);
      writer.writeBuffer(Buffer.alloc(4), 0x04);
    });
    // The second value begins where it ends.
    bytes.writeUInt16BE(0x0484, bytes.length - 6);
    bytes.writeInt32BE(-6, bytes.length - 4);
    expect(() => readMessage(bytes)).toThrow('do not fit');
  });

  test('with a list of a length below zero is refused, not read as an empty one', () => {
    const bytes = encode(1, 0x64, (writer) => {
      writer.writeString('uid=ann');
      writer.writeBuffer(Buffer.alloc(4), 0x30);
    });
    bytes.writeUInt16BE(0x3084, bytes.length - 6);
    bytes.writeInt32BE(-1, bytes.length - 4);
    expect(() => readMessage(bytes)).toThrow('do not fit');
  });

  test('from anybody throws nothing but errors, and ends', () => {
    const samples = [
      entry(7, 'uid=ann', [['mail', ['ann@x.org']]]),
      result(3, 'search', 10, 'not here', 'ldap://other'),
      reference(3, 'ldap://other'),
    ];
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...samples), changes, (sample, bytes) => {
        const changed = Buffer.from(sample);
        for (const [at, byte] of bytes) changed.writeUInt8(byte, at % changed.length);
        try {
          readMessage(changed);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          readMessage(Buffer.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('of which any byte is missing is no entry with fewer values', () => {
    const whole = entry(7, 'uid=ann', [
      ['mail', ['ann@x.org']],
      ['uid', ['ann']],
    ]);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), (length) => {
        expect(() => readMessage(whole.subarray(0, length))).toThrow(Error);
      }),
    );
  });
});
