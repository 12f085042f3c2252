import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isMailbox } from '../../../src/address/address.ts';
import { Fault } from '../../../src/directory/directory.ts';
import { cleanEntry } from '../../../src/directory/people/clean.ts';
import { account } from '../../support/scripted.ts';

const clean = (more: Parameters<typeof account>[1]) => {
  const figures = { dropped: 0 };
  const entry = cleanEntry(account('ann@x.org', { logins: [], ...more }), figures);
  return { entry, dropped: figures.dropped };
};

const BAD_ADDRESSES = [
  '',
  'ann',
  '@x.org',
  'ann@',
  'a@x.org,evil@y.org',
  'a@x.org, evil@y.org',
  'a@x.org evil@y.org',
  'Ann <ann@x.org>',
  'ann@[192.0.2.1]',
  'ann\n@x.org',
  'a b@x.org',
  '|/bin/sh@x.org ',
  ':include:/etc/passwd@x.org',
];

test('normalises every address', () => {
  const { entry, dropped } = clean({
    address: 'Ann@X.Org.',
    aliases: ['A.Smith@EXÄMPLE.test'],
    members: ['Bob@X.org'],
  });
  expect(entry).toMatchObject({
    address: 'ann@x.org',
    aliases: ['a.smith@xn--exmple-cua.test'],
    members: ['bob@x.org'],
  });
  expect(dropped).toBe(0);
});

test('keeps what is neither an address nor a login', () => {
  expect(clean({ id: ' 17,', enabled: false, kind: 'group' }).entry).toMatchObject({
    id: ' 17,',
    enabled: false,
    kind: 'group',
  });
});

test.each(BAD_ADDRESSES)('drops and counts the alias %j', (bad) => {
  const { entry, dropped } = clean({ aliases: ['a@x.org', bad, 'b@x.org'] });
  expect(entry.aliases).toEqual(['a@x.org', 'b@x.org']);
  expect(dropped).toBe(1);
});

test.each(BAD_ADDRESSES)('drops and counts the member %j', (bad) => {
  const { entry, dropped } = clean({ members: ['a@x.org', bad, 'b@x.org'] });
  expect(entry.members).toEqual(['a@x.org', 'b@x.org']);
  expect(dropped).toBe(1);
});

test.each(BAD_ADDRESSES)('an entry whose own address is %j is a doubt', (bad) => {
  expect(() => clean({ id: '17', address: bad })).toThrow(
    new Fault('entry', 'the entry 17 has no usable address of its own'),
  );
});

test('a doubt about an entry is of the kind that never opens the circuit', () => {
  expect(() => clean({ address: '' })).toThrow(expect.objectContaining({ kind: 'entry' }));
});

test.each(['', ' ', 'a b', 'a,b', 'a\tb', 'a\nb', 'a\0b', 'a\u00a0b', 'a\u0085b', 'a\ufffdb'])(
  'drops and counts the login %j',
  (bad) => {
    const { entry, dropped } = clean({ logins: ['ann', bad, 'smith'] });
    expect(entry.logins).toEqual(['ann', 'smith']);
    expect(dropped).toBe(1);
  },
);

test.each(['ann', 'Ann', 'ann@x.org', 'DOMAIN\\ann', 'jürgen', "o'brien", 'no-login.invalid'])(
  'keeps the login %j as it is written',
  (login) => {
    expect(clean({ logins: [login] }).entry.logins).toEqual([login]);
  },
);

test('what is left is mailboxes only, whatever the directory gave', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.emailAddress(), fc.string());
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          text,
          text.map((local) => `${local}@x.org`),
        ),
      ),
      (values) => {
        const { entry, dropped } = clean({ aliases: values });
        expect(entry.aliases.every(isMailbox)).toBe(true);
        expect(entry.aliases.length + dropped).toBe(values.length);
      },
    ),
    { numRuns: 300 },
  );
});
