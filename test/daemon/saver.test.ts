import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { preciseClock } from '../../src/clock.ts';
import { createSaver } from '../../src/daemon/saver.ts';
import {
  type Instance,
  listingNone,
  makePlace,
  STAFF,
  settingsOf,
  startInstance,
} from '../support/instance.ts';
import { createNotes } from '../support/notes.ts';
import { account, createScripted, employ, type ScriptedDirectory } from '../support/scripted.ts';
import { until } from '../support/until.ts';

const KEEPING = `cache: { file: memory }\n${STAFF}`;
const ANN = ['user-exists', 'ann@example.org'] as const;

afterEach(() => vi.useRealTimers());

function createStaff(mode: ScriptedDirectory['mode'] = 'well'): ScriptedDirectory {
  const staff = createScripted();
  staff.mode = mode;
  employ(staff, [account('ann@example.org')]);
  return staff;
}

const start = (place: string, staff = createStaff(), config = KEEPING): Promise<Instance> =>
  startInstance({ place, config, directories: { staff: listingNone(staff) } });

test('a stop writes who is known, and the next start in an outage answers for them', async () => {
  const place = await makePlace();
  const first = await start(place);
  await first.ask(...ANN);
  await first.daemon.stop();
  const second = await start(place, createStaff('fails'));
  expect(await second.ask(...ANN)).toBe('OK ann@example.org');
  expect(await second.ask('user-exists', 'bob@example.org')).toMatch(
    /^TEMP idpmap directory staff [0-9a-f]{6}$/,
  );
});

test('a restored answer is not fresh: the directory is asked', async () => {
  const place = await makePlace();
  const first = await start(place);
  await first.ask(...ANN);
  await first.daemon.stop();
  const staff = createStaff();
  staff.people.clear();
  expect(await (await start(place, staff)).ask(...ANN)).toBe('NOTFOUND');
});

test('what is older than the stale bound answers no more', async () => {
  const place = await makePlace();
  const first = await start(place);
  await first.ask(...ANN);
  await first.daemon.stop();
  const config = KEEPING.replace('file: memory', 'file: memory, stale: 0ms');
  const second = await start(place, createStaff('fails'), config);
  expect(await second.ask(...ANN)).toMatch(/^TEMP idpmap directory staff [0-9a-f]{6}$/);
});

test('a file that is not believed is told and left out', async () => {
  const place = await makePlace();
  await symlink('/etc/passwd', join(place, 'memory'));
  const { ask, notes } = await start(place, createStaff('fails'));
  expect(await notes.next('is not believed')).toMatchObject({ level: 'warn' });
  expect(await ask(...ANN)).toMatch(/^TEMP idpmap directory staff [0-9a-f]{6}$/);
});

test('a purge is written at once', async () => {
  const place = await makePlace();
  const { ask, command } = await start(place);
  await ask(...ANN);
  await command('purge', { what: { domain: 'other.example' } });
  const read = (): Promise<string> => readFile(join(place, 'memory'), 'utf8');
  expect(await read()).toContain('ann@example.org');
  await command('purge', { what: { address: 'ann@example.org' } });
  expect(await read()).not.toContain('ann@example.org');
});

test('a path that cannot be written is told, and hurts nobody', async () => {
  const place = await makePlace();
  const config = KEEPING.replace('file: memory', 'file: absent/memory');
  const { ask, command, notes, daemon } = await start(place, createStaff(), config);
  await ask(...ANN);
  expect(await command('purge', { what: { domain: 'other.example' } })).toEqual({ forgotten: 0 });
  expect(await notes.next('memory could not be saved')).toMatchObject({
    level: 'error',
    fields: { path: join(place, 'absent/memory') },
  });
  expect(await ask(...ANN)).toBe('OK ann@example.org');
  await daemon.stop();
});

test('it is written each saveEvery, until it is stopped', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const place = await makePlace();
  const file = join(place, 'memory');
  const settings = await settingsOf(KEEPING.replace('memory', 'memory, saveEvery: 30s'), place);
  let saved = 0;
  const served = () => {
    saved += 1;
    return new Map<string, never>();
  };
  const saver = createSaver(settings, { served, clock: preciseClock, log: createNotes().log });
  await saver.load();
  vi.advanceTimersByTime(29_999);
  expect(saved).toBe(0);
  vi.advanceTimersByTime(1);
  const isWritten = await until(
    () =>
      readFile(file, 'utf8').then(
        (text) => text.includes('tail'),
        () => false,
      ),
    5000,
  );
  expect([isWritten, saved]).toEqual([true, 1]);
  saver.stop();
  vi.advanceTimersByTime(90_000);
  // Behind whatever the timer would have begun.
  await saver.save();
  expect(saved).toBe(2);
});

test('a start that takes longer than saveEvery, or is told to stop, writes nothing over what it has yet to read', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const place = await makePlace();
  const file = join(place, 'memory');
  await writeFile(file, 'what a former daemon knew');
  const settings = await settingsOf(KEEPING.replace('memory', 'memory, saveEvery: 1s'), place);
  const saver = createSaver(settings, {
    served: () => new Map<string, never>(),
    clock: preciseClock,
    log: createNotes().log,
  });
  vi.advanceTimersByTime(5000);
  await saver.save();
  expect(await readFile(file, 'utf8')).toBe('what a former daemon knew');
  await saver.load();
  await saver.save();
  expect(await readFile(file, 'utf8')).toContain('"is":"head"');
  saver.stop();
});

test('without a file nothing is kept', async () => {
  const place = await makePlace();
  const first = await start(place, createStaff(), STAFF);
  await first.ask(...ANN);
  await first.daemon.stop();
  const second = await start(place, createStaff('fails'), STAFF);
  expect(await second.ask(...ANN)).toMatch(/^TEMP idpmap directory staff [0-9a-f]{6}$/);
});
