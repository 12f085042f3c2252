import { createHash } from 'node:crypto';
import { chmod, chown, readFile, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { readMemory, saveMemory } from '../../src/daemon/memoryfile.ts';
import type { Served } from '../../src/daemon/served.ts';
import { closeState, createState } from '../../src/daemon/state.ts';
import type { Directory } from '../../src/directory/directory.ts';
import { none as nobody } from '../../src/directory/finding.ts';
import { silentLog } from '../../src/log.ts';
import type { Memory, SavedFound } from '../../src/lookup/memory.ts';
import { makePlace, settingsOf } from '../support/instance.ts';
import { describeWith } from '../support/requirement.ts';
import { account, group } from '../support/scripted.ts';
import { reign, sizesOf } from '../support/world.ts';

const CONFIG = `
domains: { example.org: { directory: staff } }
directories: { staff: { type: file, path: people.yaml } }
maps: { user-exists: { kind: mailboxes }, blocked: { kind: table, directory: staff, table: blocked } }
`;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ANN = account('ann@example.org', { aliases: ['a@example.org'], id: '17' });
const TEAM = group('team@example.org', ['ann@example.org']);

/** Fails, so that nothing but the file says what is known. */
const DOWN: Directory = {
  find: async () => Promise.reject(new Error('down')),
  probe: async () => Promise.reject(new Error('down')),
  domains: async () => Promise.reject(new Error('down')),
  table: () => async () => Promise.reject(new Error('down')),
  close: async () => {},
};

let path: string;

beforeEach(async () => {
  path = join(await makePlace(), 'memory');
});

/** What a daemon with one directory has at work, and the clock that it reads. */
async function serve(): Promise<{ served: ReadonlyMap<string, Served>; clock: Clock }> {
  const clock: Clock = { now: () => NOW };
  const state = await createState(await settingsOf(CONFIG, await makePlace()), {
    clock,
    log: silentLog,
    showAddress: (address) => address,
    open: async () => DOWN,
  });
  onTestFinished(() => closeState(state));
  return { served: state.served, clock };
}

const NOW = 10 * DAY_MS;

/** Lets a memory know `value`, said `ageMs` ago. */
const know = <T>(memory: Memory<T>, key: string, value: T, ageMs: number): void =>
  memory.restore({ key, ageMs, value: [value] }, 0, NOW);

/** What a memory knows under a key. */
const knownOf = <T>(memory: Memory<T>, key: string): SavedFound<T> | undefined =>
  [...memory.list(NOW)].find((saved) => saved.key === key);

const staffOf = (served: ReadonlyMap<string, Served>): Served => {
  const staff = served.get('staff');
  if (staff === undefined) throw new Error('there is no directory staff');
  return staff;
};
const rowsOf = (served: ReadonlyMap<string, Served>): Memory<string> => {
  const rows = staffOf(served).memories.tables.get('blocked');
  if (rows === undefined) throw new Error('there is no table blocked');
  return rows;
};

/** Saves somebody who was asked for `ageMs` ago, a group, a row, and a list of domains. */
async function saveSome(ageMs = HOUR_MS): Promise<void> {
  const { served, clock } = await serve();
  const { memories, list } = staffOf(served);
  know(memories.entries, ANN.address, ANN, ageMs);
  know(memories.entries, TEAM.address, TEAM, 2 * HOUR_MS);
  know(rowsOf(served), '192.0.2.7', 'REJECT', HOUR_MS);
  list?.restore(['example.org', 'listed.example']);
  await saveMemory(path, served.values(), clock);
}

/** Restores what the file says; gives how much that was. */
const load = async (served: ReadonlyMap<string, Served>, clock: Clock, staleMs = DAY_MS) =>
  (await readMemory(path))?.restore(served, staleMs, clock);

/** What a new daemon has restored. */
async function restore(staleMs = DAY_MS) {
  const { served, clock } = await serve();
  const count = await load(served, clock, staleMs);
  return { count, served, entries: staffOf(served).memories.entries };
}

async function expectNothing(reason: RegExp): Promise<void> {
  const { served, clock } = await serve();
  await expect(load(served, clock)).rejects.toThrow(reason);
  const { memories, list } = staffOf(served);
  expect(sizesOf(memories.entries)).toEqual([0, 0, 0]);
  expect(sizesOf(rowsOf(served))).toEqual([0, 0, 0]);
  expect(list?.names()).toBeUndefined();
}

describe('a round trip', () => {
  test('brings back entries whole', async () => {
    await saveSome();
    const { entries, count } = await restore();
    expect(knownOf(entries, 'ann@example.org')?.value).toEqual([ANN]);
    expect(knownOf(entries, 'team@example.org')?.value).toEqual([TEAM]);
    expect(count).toBe(4);
  });

  test('brings back rows of tables', async () => {
    await saveSome();
    const rows = rowsOf((await restore()).served);
    expect(knownOf(rows, '192.0.2.7')?.value).toEqual(['REJECT']);
  });

  test('brings back listed domains', async () => {
    await saveSome();
    const { served } = await restore();
    expect([...(staffOf(served).list?.names() ?? [])]).toEqual(['example.org', 'listed.example']);
  });

  test('keeps ages, so that nothing is fresh', async () => {
    await saveSome();
    const { entries } = await restore();
    const ageMs = knownOf(entries, 'ann@example.org')?.ageMs;
    expect(ageMs).toBeGreaterThanOrEqual(HOUR_MS);
    expect(ageMs).toBeLessThan(HOUR_MS + 60_000);
    expect(entries.open().fresh('ann@example.org', NOW)).toBeUndefined();
  });

  test('keeps the order of use', async () => {
    const { served, clock } = await serve();
    const { entries } = staffOf(served).memories;
    for (const name of ['a', 'b', 'c']) know(entries, name, ANN, 0);
    entries.open().recall('a', NOW, DAY_MS);
    await saveMemory(path, served.values(), clock);
    expect((await restore()).entries.keys()).toEqual(['a', 'c', 'b']);
  });

  test.each([
    [DAY_MS - 60_000, 1],
    [DAY_MS, 0],
    [2 * DAY_MS, 0],
  ])('of an entry that is %i ms old restores %i', async (ageMs, count) => {
    await saveSome(ageMs);
    const { entries } = await restore();
    expect(entries.keys().filter((key) => key === 'ann@example.org')).toHaveLength(count);
  });

  test('counts the time in which no daemon ran', async () => {
    await saveSome();
    await backdate(DAY_MS - 90 * 60_000);
    const { entries } = await restore();
    expect(entries.keys()).toEqual(['ann@example.org']);
  });

  test('never takes the place of what is known by now', async () => {
    await saveSome();
    const { served, clock } = await serve();
    const { entries } = staffOf(served).memories;
    const life = { askedAt: 0, goodUntil: 0, freshUntil: 0 };
    const denied = nobody('probe', 'scripted');
    await reign(entries).depart(
      'ann@example.org',
      async () => denied,
      () => life,
    );
    await load(served, clock);
    expect(entries.keys()).toEqual(['team@example.org']);
  });

  test('leaves out directories and tables that are not configured', async () => {
    await saveSome();
    await rewrite((text) => text.replaceAll('"staff"', '"gone"'));
    expect((await restore()).count).toBe(0);
    await rewrite((text) => text.replaceAll('"gone"', '"staff"').replace('"blocked"', '"other"'));
    expect((await restore()).count).toBe(3);
  });

  test('of what holds many lines, more than are written at once, loses none', async () => {
    const { served, clock } = await serve();
    const { entries } = staffOf(served).memories;
    for (let i = 0; i < 4001; i++) know(entries, `u${i}@example.org`, ANN, 0);
    await saveMemory(path, served.values(), clock);
    expect((await restore()).count).toBe(4001);
  });
});

test('a file that is not there restores nothing, and is no fault', async () => {
  expect((await restore()).count).toBeUndefined();
});

test('the file is its owner’s alone, whatever lay in its place before', async () => {
  await writeFile(path, 'older', { mode: 0o644 });
  await writeFile(`${path}.${process.pid}`, 'left behind', { mode: 0o644 });
  await saveSome();
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

describe('a file that is not believed restores nothing:', () => {
  test('one with a bit flipped, wherever', async () => {
    await saveSome();
    const whole = await readFile(path);
    const { served, clock } = await serve();
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(7), async (at, bit) => {
        const damaged = Buffer.from(whole);
        damaged.writeUInt8((damaged[at] ?? 0) ^ (1 << bit), at);
        await writeFile(path, damaged);
        await expect(load(served, clock)).rejects.toThrow('it is damaged');
        expect(sizesOf(staffOf(served).memories.entries)).toEqual([0, 0, 0]);
      }),
      { numRuns: 100 },
    );
  });

  test('one cut short, wherever', async () => {
    await saveSome();
    const whole = await readFile(path);
    const { served, clock } = await serve();
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), async (length) => {
        await writeFile(path, whole.subarray(0, length));
        await expect(load(served, clock)).rejects.toThrow('it is damaged');
        expect(sizesOf(staffOf(served).memories.entries)).toEqual([0, 0, 0]);
      }),
      { numRuns: 50 },
    );
  });

  test('an empty one', async () => {
    await saveSome();
    await truncate(path);
    await expectNothing(/^it is damaged, or none of ours$/);
  });

  test('one of another version', async () => {
    await saveSome();
    await rewrite((text) => text.replace('"idpmapMemory":1', '"idpmapMemory":2'));
    await expectNothing(/^it is of another version than 1$/);
  });

  test('one without a head', async () => {
    await saveSome();
    await rewrite((text) => text.slice(text.indexOf('\n') + 1));
    await expectNothing(/^it is of another version than 1$/);
  });

  test.each([0o620, 0o602, 0o666])('one of mode %o, which others may write', async (mode) => {
    await saveSome();
    await chmod(path, mode);
    await expectNothing(/^others may write it \(mode 0600 is right\)$/);
  });

  test('a symbolic link', async () => {
    await saveSome();
    const link = join(await makePlace(), 'memory');
    await symlink(path, link);
    path = link;
    await expectNothing(/ELOOP/);
  });

  test('a directory', async () => {
    path = await makePlace();
    await expectNothing(/EISDIR/);
  });

  describeWith(['root'], 'as root', () => {
    test('somebody else’s', async () => {
      await saveSome();
      await chown(path, 12_345, 12_345);
      await expectNothing(/^it belongs to user 12345, not to 0$/);
    });
  });
});

/** Changes the file and seals it again, as an older or a newer idpmap would have written it. */
async function rewrite(change: (text: string) => string): Promise<void> {
  const text = await readFile(path, 'utf8');
  const body = change(text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1));
  const sha256 = createHash('sha256').update(body).digest('hex');
  await writeFile(path, `${body}${JSON.stringify({ is: 'tail', sha256 })}\n`);
}

/** Lets the file have been saved `ms` ago. */
const backdate = (ms: number): Promise<void> =>
  rewrite((text) => text.replace(/(?<="(?:savedAt|upMs)":)\d+/g, (at) => String(Number(at) - ms)));
