import fc from 'fast-check';
import { expect, test } from 'vitest';
import { entryPacking, rowPacking } from '../../src/daemon/packing.ts';
import type { Entry } from '../../src/directory/directory.ts';

const KEY = 'ann@example.org';

/** Whatever a directory may give, and what the packing itself writes between and for fields. */
const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(KEY, 'ann', '', '\n', '\r', '\t', 'a\nb', '0', '/'),
);
const texts = fc.array(text, { maxLength: 20, size: 'small' });

/** All that an entry has: whatever it is given besides one day has to be packed as well. */
const fields = {
  id: text,
  kind: fc.constantFrom('account' as const, 'group' as const),
  address: text,
  spelling: text,
  aliases: texts,
  logins: texts,
  members: texts,
  enabled: fc.boolean(),
  isForwarded: fc.constant(true as const),
  leftOut: texts,
} satisfies { readonly [Field in keyof Required<Entry>]: fc.Arbitrary<Required<Entry>[Field]> };

const entry: fc.Arbitrary<Entry> = fc.record(fields, {
  requiredKeys: ['id', 'kind', 'address', 'aliases', 'logins', 'members', 'enabled'],
});

test('an entry that is packed is the same entry again, whatever stands in it', () => {
  fc.assert(
    fc.property(
      fc.array(entry, { maxLength: 2 }),
      fc.constantFrom(KEY, 'ann', '@', ''),
      (values, key) => {
        const packed = entryPacking.pack(values, key);
        if (packed !== undefined) expect(entryPacking.unpack(packed, key)).toEqual(values);
      },
    ),
    { numRuns: 2000 },
  );
});

test('rows that are packed are the same again', () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 5 }), (values) => {
      const packed = rowPacking.pack(values, KEY);
      if (packed !== undefined) expect(rowPacking.unpack(packed, KEY)).toEqual(values);
    }),
  );
});

test('plain people are packed, and what is the key is not written again', () => {
  const ann: Entry = {
    id: 'e0a1',
    kind: 'account',
    address: KEY,
    aliases: ['a@example.org'],
    logins: ['ann'],
    members: [],
    enabled: true,
  };
  expect(entryPacking.pack([ann], KEY)?.length).toBeLessThan(KEY.length + 12);
});

test('who is long stays as it is', () => {
  const members = Array.from({ length: 100 }, (_, i) => `m${i}@example.org`);
  const list: Entry = {
    id: 'g',
    kind: 'group',
    address: KEY,
    aliases: [],
    logins: [],
    members,
    enabled: true,
  };
  expect(entryPacking.pack([list], KEY)).toBeUndefined();
});
