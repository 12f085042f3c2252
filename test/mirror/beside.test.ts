import { afterEach, expect, test } from 'vitest';
import type { Change } from '../../src/directory/directory.ts';
import { createStoreWriter } from '../../src/mirror/store/storewriter.ts';
import { gone, listed, listing, type MirrorUnderTest, mark, openTestMirror, put } from './world.ts';

const ANN = 'ann@example.org';
const NEW = 'new@example.org';
const STAFF = Array.from({ length: 12 }, (_, i) => listed(`p${i}@example.org`));

let opened: MirrorUnderTest | undefined;
afterEach(async () => opened?.stop());

/** What another daemon writes into the same file, before this one is told of it. */
const writeBeside = (path: string, changes: readonly Change[]): void => {
  const writer = createStoreWriter({ path, fingerprint: 'f', guard: 0.1 });
  const now = 2_000_000;
  writer.carryOut({ do: 'apply', changes, now, stamp: { at: now } });
  writer.carryOut({ do: 'close' });
};

test('what another daemon has written into the file is no reason to go by what was said before', async () => {
  opened = await openTestMirror({ settings: { whenAbsent: 'deny' } });
  const { path, tell, ask } = opened;
  await tell(listing(listed(ANN), ...STAFF));
  expect(await ask(NEW)).toMatchObject({ status: 'none' });
  expect(await ask(ANN)).toMatchObject({ status: 'found' });
  const changes = [put(listed(NEW)), gone(ANN), mark()];
  writeBeside(path, changes);
  await tell(changes);
  expect(await ask(NEW)).toMatchObject({ status: 'found', asked: false });
  expect(await ask(ANN)).toMatchObject({ status: 'unknown', asked: false });
});
