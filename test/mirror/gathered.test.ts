import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Change } from '../../src/directory/directory.ts';
import type { Order, Writer } from '../../src/mirror/store/orders.ts';
import { createStoreWriter } from '../../src/mirror/store/storewriter.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';
import { listed, mark, put } from './world.ts';

const rules = { sharedAliases: false };
let folder: TemporaryDirectory;
let writer: Writer;
beforeEach(async () => {
  folder = await makeTemporaryDirectory('mirror-gathered');
  writer = createStoreWriter({ path: path(), fingerprint: 'f', guard: 0.1, rules });
  writer.carryOut({ do: 'begin' });
});
afterEach(async () => {
  writer.carryOut({ do: 'close' });
  await folder.remove();
});

const path = (): string => join(folder.path, 'd.db');
const apply = (...changes: readonly Change[]): Order => ({
  do: 'apply',
  changes,
  now: 1,
  stamp: { at: 1 },
});

/** Who is in the file, as others read it. */
function people(): readonly string[] {
  const reader = new DatabaseSync(path(), { readOnly: true });
  const refs = reader.prepare('SELECT ref FROM entry ORDER BY ref').all();
  reader.close();
  return refs.map(({ ref }) => String(ref));
}

/** A change that can't be taken in. */
const WRONG: Change = { kind: 'listed', part: 'p' };

test('people of a first listing come into the file together, at the latest with its mark', () => {
  writer.carryOut(apply({ kind: 'listing', part: 'p' }, put(listed('ann@x.org'))));
  writer.carryOut(apply(put(listed('bob@x.org'))));
  expect(people()).toEqual([]);
  writer.carryOut({ do: 'listed', part: 'p', now: 1 });
  expect(people()).toEqual(['p:ann@x.org', 'p:bob@x.org']);
  writer.carryOut(apply(mark()));
  writer.carryOut(apply(put(listed('carol@x.org'))));
  expect(people()).toHaveLength(3);
});

test('of a first listing no more than 5000 wait to be written', () => {
  const some = (from: number): Change =>
    put(...Array.from({ length: 2500 }, (_, i) => listed(`p${from + i}@x.org`)));
  writer.carryOut(apply(some(0)));
  expect(people()).toEqual([]);
  writer.carryOut(apply(some(2500)));
  expect(people()).toHaveLength(5000);
});

test('what was taken in and is lost can’t be gone on from: all is listed anew', () => {
  writer.carryOut(apply(put(listed('ann@x.org'))));
  expect(() => writer.carryOut(apply(WRONG))).toThrow('an order of its own');
  // It would be whole, without ann.
  expect(() => writer.carryOut(apply(put(listed('bob@x.org')), mark()))).toThrow(
    'could not be written',
  );
  expect(people()).toEqual([]);
  writer.carryOut({ do: 'begin' });
  writer.carryOut(apply(put(listed('bob@x.org')), mark()));
  expect(people()).toEqual(['p:bob@x.org']);
});

test('what is read already comes into the file at once, and takes nothing else with it', () => {
  writer.carryOut(apply(put(listed('ann@x.org')), mark()));
  expect(people()).toEqual(['p:ann@x.org']);
  expect(() => writer.carryOut(apply(put(listed('bob@x.org')), WRONG))).toThrow('own');
  writer.carryOut(apply(put(listed('carol@x.org'))));
  expect(people()).toEqual(['p:ann@x.org', 'p:carol@x.org']);
});
