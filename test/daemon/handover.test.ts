import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { ControlConnection } from '../../src/control/client.ts';
import type { Handlers } from '../../src/control/protocol.ts';
import { openControl } from '../../src/control/server.ts';
import { endFormer } from '../../src/daemon/takeover.ts';
import { silentLog } from '../../src/log.ts';
import { type Instance, listingNone, makePlace, startInstance } from '../support/instance.ts';
import { createNotes } from '../support/notes.ts';
import { account, createScripted, employ } from '../support/scripted.ts';

const ANN = ['user-exists', 'ann@example.org'] as const;
const STAFF = `
domains: { example.org: { directory: staff } }
directories: { staff: { type: file, path: people.yaml } }
`;

/** A daemon that knows ann, and whose directory fails from then on. */
async function startKnowing(config = STAFF) {
  const staff = createScripted();
  employ(staff, [account('ann@example.org')]);
  const directories = { staff: listingNone(staff) };
  const former = await startInstance({ config, directories });
  expect(await former.ask(...ANN)).toBe('OK ann@example.org');
  staff.mode = 'fails';
  const takeOver = (): Promise<Instance> =>
    startInstance({ config, directories, place: former.place, takeover: 'yes' });
  return { former, staff, takeOver };
}

describe('a take-over in an outage', () => {
  test.each([
    { what: 'without a file', cache: '' },
    { what: 'with a file that was not saved yet', cache: 'cache: { file: memory }' },
  ])('forgets nobody, $what', async ({ cache }) => {
    const { former, takeOver } = await startKnowing(`${cache}\n${STAFF}`);
    const second = await takeOver();
    await former.daemon.stopped;
    expect(await second.ask(...ANN)).toBe('OK ann@example.org');
    expect(await readdir(former.place)).not.toContain('control.handover');
  });

  test('keeps ages: who was found too long ago to stand in does not', async () => {
    const { takeOver } = await startKnowing(`cache: { stale: 0ms }\n${STAFF}`);
    expect(await (await takeOver()).ask(...ANN)).toMatch(/^TEMP/);
  });

  test('lets the former one write nothing any more over what the new one keeps', async () => {
    const { former, takeOver, staff } = await startKnowing(`cache: { file: memory }\n${STAFF}`);
    const second = await takeOver();
    staff.mode = 'well';
    staff.people.clear();
    await second.command('purge', { what: { all: true } });
    await former.daemon.stopped;
    expect(await readFile(join(former.place, 'memory'), 'utf8')).not.toContain('ann@example.org');
  });

  test('that fails leaves the former one with all that it knows, and its files', async () => {
    const { former } = await startKnowing(`cache: { file: memory }\n${STAFF}`);
    const failing = startInstance({
      config: `cache: { file: memory }\nlisten: unix:none/socketmap\n${STAFF}`,
      directories: { staff: listingNone(createScripted()) },
      place: former.place,
      takeover: 'yes',
    });
    await expect(failing).rejects.toThrow('does not exist');
    expect(await former.ask(...ANN)).toBe('OK ann@example.org');
    await former.daemon.stop();
    expect(await readFile(join(former.place, 'memory'), 'utf8')).toContain('ann@example.org');
  });
});

const unused = async (): Promise<never> => {
  throw new Error('it can’t be done here');
};
const HANDLERS: Handlers = {
  lookup: unused,
  explain: unused,
  explainSender: unused,
  explainTrace: unused,
  accept: unused,
  purge: unused,
  known: unused,
  handover: unused,
  figures: unused,
  drain: async () => ({}),
};

describe('a former daemon', () => {
  /** Stands where a former daemon would: it drains, and hands over as `handover` does. */
  async function pretend(handover: (path: string) => Promise<{ readonly path: string }>) {
    const place = await makePlace();
    const path = join(place, 'control');
    const control = await openControl(
      path,
      { ...HANDLERS, handover: () => handover(path) },
      silentLog,
    );
    onTestFinished(() => control.close());
    await control.publish();
    return place;
  }

  const start = (place: string): Promise<Instance> => {
    const staff = createScripted();
    employ(staff, [account('ann@example.org')]);
    return startInstance({
      config: STAFF,
      place,
      takeover: 'yes',
      directories: { staff: listingNone(staff) },
    });
  };

  test('of a version that hands nothing over is taken over from all the same, and it is told', async () => {
    const place = await makePlace();
    const older = { ...HANDLERS };
    Reflect.deleteProperty(older, 'handover');
    const control = await openControl(join(place, 'control'), older, silentLog);
    onTestFinished(() => control.close());
    await control.publish();
    const { ask, notes } = await start(place);
    expect(await ask(...ANN)).toBe('OK ann@example.org');
    expect(notes.messages('info').join()).toContain('hands over nothing');
  });

  test.each([
    { what: 'a file that is not there', write: async () => {} },
    {
      what: 'a file that is damaged',
      write: (path: string) => writeFile(path, 'no\n', { mode: 0o600 }),
    },
    {
      what: 'a directory',
      write: async (path: string) => {
        await mkdir(path);
      },
    },
  ])('that hands over $what is taken over from all the same', async ({ write }) => {
    const place = await pretend(async (control) => {
      await write(`${control}.handover`);
      return { path: `${control}.handover` };
    });
    expect(await (await start(place)).ask(...ANN)).toBe('OK ann@example.org');
  });

  test('that can’t hand over, for want of room, says so', async () => {
    const place = await pretend(() => Promise.reject(new Error('ENOSPC')));
    const { ask, notes } = await start(place);
    expect(await ask(...ANN)).toBe('OK ann@example.org');
    expect(notes.messages('info').join()).toContain('hands over nothing');
  });

  test('that does not confirm that it stops is waited for for two seconds, and told', async () => {
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const never = Promise.withResolvers<never>();
    const hanging: ControlConnection = {
      send: () => never.promise,
      close: () => never.reject(new Error('broke off')),
    };
    const notes = createNotes();
    let isOver = false;
    const ended = endFormer(hanging, notes.log).then(() => {
      isOver = true;
    });
    await vi.advanceTimersByTimeAsync(1999);
    expect(isOver).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await ended;
    expect(notes.messages('warn').join()).toContain('does not confirm that it stops');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('that confirms is not waited for any longer, and nothing is told', async () => {
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
    let isClosed = false;
    const confirming: ControlConnection = {
      send: async () => ({}),
      close: () => {
        isClosed = true;
      },
    };
    const notes = createNotes();
    await endFormer(confirming, notes.log);
    expect([isClosed, notes.all, vi.getTimerCount()]).toEqual([true, [], 0]);
  });
});
