import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { createStateFile } from '../../src/daemon/statefile.ts';
import { makePlace } from '../support/instance.ts';
import { createNotes } from '../support/notes.ts';

let path: string;
let place: string;

beforeEach(async () => {
  place = await makePlace();
  path = join(place, 'deep/er/state');
});

async function open(more: { readonly path?: string } = { path }) {
  const notes = createNotes();
  const file = createStateFile({ log: notes.log, ...more });
  await file.load();
  return { file, notes };
}

/** Keeps values of two directories and ends. */
async function keepSome(): Promise<void> {
  const { file } = await open();
  file.keptOf('staff').write('domains', ['x.org']);
  file.keptOf('staff').write('gone', 7);
  file.keptOf('staff').write('gone', undefined);
  file.keptOf('legacy').write('domains', ['y.org']);
  await file.flush();
  file.stop();
}

describe('what is kept', () => {
  test('is read by the next process, each directory its own', async () => {
    await keepSome();
    const { file } = await open();
    expect(file.keptOf('staff').read('domains')).toEqual(['x.org']);
    expect(file.keptOf('legacy').read('domains')).toEqual(['y.org']);
    expect(file.keptOf('staff').read('gone')).toBeUndefined();
    expect(file.keptOf('other').read('domains')).toBeUndefined();
  });

  test('is its owner’s alone', async () => {
    await keepSome();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('is written by itself, soon after a change', async () => {
    const { file } = await open();
    file.keptOf('staff').write('name', 'soon');
    await expect.poll(() => readFile(path, 'utf8')).toContain('soon');
    file.stop();
  });

  test('is not written once it has ended: another may have the file by then', async () => {
    const { file } = await open();
    file.stop();
    file.keptOf('staff').write('name', 'late');
    await file.flush();
    expect(await readFile(path, 'utf8')).not.toContain('late');
  });

  test('is what was handed over, where that says otherwise than the file', async () => {
    await keepSome();
    const { file } = await open();
    file.adopt([{ directory: 'staff', name: 'domains', value: ['new.org'] }]);
    await file.flush();
    const again = await open();
    expect(again.file.keptOf('staff').read('domains')).toEqual(['new.org']);
    expect(again.file.keptOf('legacy').read('domains')).toEqual(['y.org']);
  });

  test('without a file is known to this process', async () => {
    const { file } = await open({});
    file.keptOf('staff').write('name', 1);
    expect(file.keptOf('staff').read('name')).toBe(1);
    await file.flush();
  });
});

describe('a file that is damaged is told, set aside, and nothing of it is known:', () => {
  test.each([
    { what: 'cut off', change: (text: string) => text.slice(0, -9) },
    { what: 'changed', change: (text: string) => text.replace('x.org', 'z.org') },
    { what: 'empty', change: () => '' },
    { what: 'none of ours', change: () => 'hello\n' },
  ])('$what', async ({ change }) => {
    await keepSome();
    const damaged = change(await readFile(path, 'utf8'));
    await writeFile(path, damaged);
    const { file, notes } = await open();
    expect(file.keptOf('staff').read('domains')).toBeUndefined();
    expect(file.keptOf('legacy').read('domains')).toBeUndefined();
    expect(await readFile(`${path}.damaged`, 'utf8')).toBe(damaged);
    expect(notes.messages('error').join()).toContain('the state is not believed and left out');
    file.stop();
  });
});

test('a file that others may write is not believed', async () => {
  await keepSome();
  await chmod(path, 0o666);
  const { file, notes } = await open();
  expect(file.keptOf('staff').read('domains')).toBeUndefined();
  expect(notes.messages('error')).toHaveLength(1);
});

test('a place that can’t be written is told once, at the start, with what that means', async () => {
  await writeFile(join(place, 'deep'), 'a file, where a directory should be');
  const { file, notes } = await open();
  file.keptOf('staff').write('name', 1);
  await file.flush();
  expect(notes.messages('error').filter((text) => text.includes("can't be written"))).toHaveLength(
    1,
  );
  expect(file.keptOf('staff').read('name')).toBe(1);
  file.stop();
});

test('a place that can be written again has all that was kept meanwhile', async () => {
  await writeFile(join(place, 'deep'), 'in the way');
  const { file, notes } = await open();
  file.keptOf('staff').write('name', 'meanwhile');
  await rm(join(place, 'deep'));
  await mkdir(join(place, 'deep'));
  file.keptOf('staff').write('name', 'later');
  await file.flush();
  expect(await readFile(path, 'utf8')).toContain('later');
  expect(notes.messages('info')).toContain('the state can be written again');
  expect(await readdir(join(place, 'deep/er'))).toEqual(['state']);
  file.stop();
});
