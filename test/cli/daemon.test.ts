import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { accept } from '../../src/cli/accept.ts';
import { type DrillOptions, drill } from '../../src/cli/drill.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { type PurgeOptions, purge } from '../../src/cli/purge.ts';
import { COMPANY, capture, configure } from '../support/command.ts';
import { startInstance } from '../support/instance.ts';
import { createScripted } from '../support/scripted.ts';

/** A daemon that remembers three people of the demo's. */
async function startAsked() {
  const { config, place } = await configure(COMPANY);
  const instance = await startInstance({
    place,
    config: COMPANY['idpmap.yaml'].replace('control: control\n', ''),
  });
  for (const name of ['user', 'info', 'test'])
    await instance.ask('virtual-aliases', `${name}@example.com`);
  return { ...instance, config };
}

describe('cache purge', () => {
  test.each<[PurgeOptions, number]>([
    [{ address: 'user@example.com' }, 2],
    [{ domain: 'example.com' }, 3],
    [{ directory: 'people' }, 3],
    [{ all: true }, 3],
    [{ domain: 'full.example' }, 0],
  ])('%o tells how many were forgotten', async (options, forgotten) => {
    const { config } = await startAsked();
    expect(await capture(() => purge({ config, ...options }))).toEqual({
      code: EXIT.ok,
      text: `${forgotten} forgotten\n`,
    });
  });

  test('gives JSON', async () => {
    const { config } = await startAsked();
    const { text } = await capture(() => purge({ config, all: true, json: true }));
    expect(JSON.parse(text)).toEqual({ forgotten: 3 });
  });

  test.each<PurgeOptions>([{}, { all: true, domain: 'example.com' }])(
    '%o is a mistake of the caller',
    async (options) => {
      await expect(purge(options)).rejects.toMatchObject({
        code: EXIT.usage,
        message: 'say one of --address, --domain, --directory and --all',
      });
    },
  );

  test('of what the daemon does not know is an error', async () => {
    const { config } = await startAsked();
    await expect(purge({ config, directory: 'gone' })).rejects.toMatchObject({
      code: EXIT.data,
      message: 'there is no directory gone',
    });
  });

  test('where no daemon runs is an error that says so', async () => {
    const { config, place } = await configure(COMPANY);
    await expect(purge({ config, all: true })).rejects.toMatchObject({
      code: EXIT.unavailable,
      message: expect.stringContaining(`no daemon answers at ${place}/control`),
    });
  });
});

describe('accept', () => {
  test('says what was taken', async () => {
    const staff = createScripted();
    staff.listed = [];
    const { notes, place } = await startInstance({ directories: { staff } });
    await notes.next('is held');
    const config = join(place, 'idpmap.yaml');
    expect(await capture(() => accept('staff', { config }))).toEqual({
      code: EXIT.ok,
      text: 'taken: 0 domains instead of 0\n',
    });
  });

  test('says that nothing is held', async () => {
    const { config } = await startAsked();
    expect((await capture(() => accept('people', { config }))).text).toBe(
      'people holds nothing back\n',
    );
    const { text } = await capture(() => accept('people', { config, json: true }));
    expect(JSON.parse(text)).toEqual({ taken: null });
  });

  test('of a directory that is not there is an error', async () => {
    const { config } = await startAsked();
    await expect(accept('gone', { config })).rejects.toMatchObject({
      code: EXIT.data,
      message: 'there is no directory gone',
    });
  });
});

describe('drill', () => {
  const run = (config: string, addresses: readonly string[], more: Partial<DrillOptions> = {}) =>
    capture(() => drill(addresses, { config, for: '1ms', ...more }));

  test('of those whom the running daemon remembers passes, and says what mail got', async () => {
    const { config } = await startAsked();
    const { code, text } = await run(config, []);
    expect(text.replace(/ \d+ ms /, ' N ms ').split('\n')).toEqual([
      'before the cut                     250: 3  451: 0  550: 0  554: 0',
      'known people, directories cut      250: 3  451: 0  550: 0  554: 0',
      'strangers, directories cut         250: 0  451: 40  550: 0  554: 0',
      'after the cut                      250: 3  451: 0  550: 0  554: 0',
      'as before N ms after the directories came back',
      'passed: nothing was refused',
      '',
    ]);
    expect(code).toBe(EXIT.ok);
  });

  test('of those in a file passes', async () => {
    const { config, place } = await configure(COMPANY);
    await writeFile(join(place, 'who'), 'test@example.com\n\n  info@example.com\n');
    const { code, text } = await run(config, [], { from: join(place, 'who') });
    expect(text).toMatch(/^before the cut +250: 2 /);
    expect(code).toBe(EXIT.ok);
  });

  test('of nobody who is there does not pass, and says why', async () => {
    const { config } = await configure(COMPANY);
    const { code, text } = await run(config, ['nobody@example.com']);
    expect(text).toContain('NOT passed: nobody got 250 before the cut');
    expect(code).toBe(EXIT.software);
  });

  test('gives JSON', async () => {
    const { config } = await configure(COMPANY);
    const { text } = await run(config, ['test@example.com'], { json: true });
    expect(JSON.parse(text)).toMatchObject({ known: { 250: 1 }, passed: true });
  });

  test.each<[string, readonly string[], Partial<DrillOptions>, number, RegExp]>([
    ['no addresses', [], {}, EXIT.usage, /^whom to ask for\?/],
    ['no duration', ['a@b'], { for: 'long' }, EXIT.usage, /^--for .*long/],
    ['a file that is not there', [], { from: '/nonexistent' }, EXIT.data, /^--from \/nonexistent /],
  ])('with %s is a mistake of the caller', async (_, addresses, more, code, message) => {
    const { config } = await configure(COMPANY);
    await expect(run(config, addresses, more)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});
