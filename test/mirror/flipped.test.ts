import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { copyFile, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { gone, listed, listing, mark, openTestMirror } from './world.ts';

/** Enough for several pages of each table. */
const PEOPLE = Array.from({ length: 150 }, (_, i) =>
  listed(`person-${i}@example.org`, { aliases: [`alias-${i}@example.org`, `${i}@example.org`] }),
);
const GONE = PEOPLE.slice(0, 20).map(({ id }) => id);
const KNOWN = PEOPLE.flatMap(({ address, aliases }) => [address, ...aliases]);
const SETTINGS = { whenAbsent: 'deny', denyFor: 3_600_000 } as const;

/** Where there is no disk to wait for. */
const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'mirror-flipped-'));
/** One in which all are there, and one in which too many are lost: they are held. */
const FILES = ['all.db', 'held.db'] as const;
beforeAll(async () => {
  for (const name of FILES) {
    const { tell, mirror } = await openTestMirror({ settings: { path: join(folder, name) } });
    await tell(listing(...PEOPLE));
    await tell(name === 'held.db' ? [gone(...GONE), mark()] : [mark()]);
    await mirror.stop();
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Copies a file with one bit turned. */
async function copyFlipped(name: string, path: string, at: number, bit: number): Promise<void> {
  await copyFile(join(folder, name), path);
  const file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at);
  await file.write(Buffer.from([(byte[0] ?? 0) ^ (1 << bit)]), 0, 1, at);
  await file.close();
}

/** Of those who are there, or are held, whom a mirror over this file denies: before it is told anything, and after. */
async function denied(path: string): Promise<readonly string[]> {
  const told = Promise.withResolvers<void>();
  const { ask, mirror } = await openTestMirror({
    settings: { ...SETTINGS, path },
    // One that can't be used, for it says that it may not be written, say, is never told anything.
    log: { ...silentLog, error: () => told.resolve() },
    follow: async function* (cursor, signal) {
      // Of a file that is begun anew nothing is told here.
      if (cursor !== undefined) yield [mark({ cursor })];
      told.resolve();
      await new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('ended')));
      });
    },
  });
  const deniedNow = async (): Promise<readonly string[]> => {
    const some: string[] = [];
    for (const each of KNOWN) if ((await ask(each)).status === 'none') some.push(each);
    return some;
  };
  try {
    const before = await deniedNow();
    await told.promise;
    await mirror.tick();
    return [...before, ...(await deniedNow())];
  } finally {
    await mirror.stop();
  }
}

test('a stranger is denied from a file that is as it was written, once it was looked through', async () => {
  const path = join(folder, 'same.db');
  await copyFile(join(folder, 'all.db'), path);
  const { ask, tell, mirror } = await openTestMirror({ settings: { ...SETTINGS, path } });
  await tell([mark()]);
  await mirror.tick();
  expect(await ask('who@example.org')).toMatchObject({ status: 'none', asked: false });
  await mirror.stop();
});

test('nobody who was known is denied from a file in which any one bit is another', {
  timeout: 120_000,
}, async () => {
  let i = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...FILES),
      fc.boolean(),
      fc.nat(),
      fc.nat(7),
      async (name, isAddress, place, bit) => {
        const bytes = readFileSync(join(folder, name));
        const addresses = [...bytes.toString('latin1').matchAll(/@example/g)];
        const at = isAddress ? addresses[place % addresses.length]?.index : place % bytes.length;
        const path = join(folder, `${(i += 1)}.db`);
        await copyFlipped(name, path, at ?? 0, bit);
        expect(await denied(path)).toEqual([]);
      },
    ),
    { numRuns: Number(process.env['RUNS'] ?? 60) },
  );
});
