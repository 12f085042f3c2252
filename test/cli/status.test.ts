import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { EXIT } from '../../src/cli/exit.ts';
import { status } from '../../src/cli/status.ts';
import { capture } from '../support/command.ts';
import { listingNone, makePlace, startInstance } from '../support/instance.ts';
import { account, createScripted, employ } from '../support/scripted.ts';
import { until } from '../support/until.ts';

const CONFIG = `
domains: { example.org: { directory: staff } }
directories: { staff: { type: file, path: people.yaml } }
cache: { fresh: 1ms, freshNone: 1ms, unknown: 1ms }
deadline: 5s
`;

/** A daemon whose directory knows ann, and the command that asks it. */
async function start() {
  const staff = createScripted();
  employ(staff, [account('ann@example.org')]);
  const instance = await startInstance({
    config: CONFIG,
    directories: { staff: listingNone(staff) },
  });
  const config = join(instance.place, 'idpmap.yaml');
  return {
    ...instance,
    staff,
    config,
    tell: (options = {}) => capture(() => status({ config, ...options })),
    /** The directory fails from now on, and Postfix asks. */
    fail: async () => {
      staff.mode = 'fails';
      for (let i = 0; i < 20; i++) await instance.ask('user-exists', `n${i}@example.org`);
    },
  };
}

describe('tells by text and exit code', () => {
  test('that nobody asks', async () => {
    const { tell } = await start();
    const { code, text } = await tell();
    expect(text.split('\n')[0]).toBe('– Nobody asks');
    expect(code).toBe(0);
  });

  test('that mail is answered, with the figures of the last minute and each directory', async () => {
    const { tell, ask } = await start();
    await ask('user-exists', 'ann@example.org');
    await ask('user-exists', 'nobody@example.org');
    const { code, text } = await tell();
    expect(text.split('\n')[0]).toBe('✓ Mail is answered');
    expect(text).toContain('last minute  1 OK, 1 NOTFOUND, 0 deferred');
    expect(text).toMatch(/^directory {4}staff \(file\) {2}✓ answers, last answer \d s ago/m);
    expect(code).toBe(0);
  });

  test('that mail is deferred, why, since when, and whom it still reaches', async () => {
    const { tell, ask, fail } = await start();
    await ask('user-exists', 'ann@example.org');
    await fail();
    const { code, text } = await tell();
    expect(text.split('\n')[0]).toBe('✕ Mail is deferred');
    expect(text).toMatch(
      /^ {2}20 of 21 lookups in the last minute \(95 %\) were deferred, since /m,
    );
    expect(text).toMatch(
      /Directory staff fails since .*: refused \(directory\)\. It last answered/,
    );
    expect(text).toMatch(
      /Known people \(1 address\) go on receiving from memory, the last of them until /,
    );
    expect(code).toBe(2);
  });

  test('which map is asked for and is not configured', async () => {
    const { tell, ask } = await start();
    await ask('user-exist', 'ann@example.org');
    const { code, text } = await tell();
    expect(text).toContain('Postfix asks for the map user-exist, which is not configured');
    expect(code).toBe(2);
  });

  test('that the map is there since the configuration was mended', async () => {
    const { tell, ask, reload } = await start();
    await ask('boxes', 'ann@example.org');
    await reload(`${CONFIG}\nmaps: { boxes: { kind: mailboxes } }`);
    expect((await tell()).text).not.toContain('Postfix asks for the map boxes');
  });

  test('why the last configuration was refused, by which it asks all the same', async () => {
    const { tell, daemon, config } = await start();
    await writeFile(config, 'listen: unix:socketmap\ncontrol: control\nhttp: off\ndomians: {}\n');
    daemon.countFailedReload('/etc/idpmap/idpmap.yaml:4:1: domians: unknown key');
    const { code, text } = await tell();
    expect(text.split('\n')[0]).toBe('! The last configuration was refused');
    expect(text).toContain('Refused: /etc/idpmap/idpmap.yaml:4:1: domians: unknown key');
    expect(code).toBe(1);
  });
});

test('an edit of a people file that is held is told with the way out, until it is accepted', async () => {
  const place = await makePlace();
  const people = join(place, 'people.yaml');
  const all = ['ann', 'bob', 'carl', 'dora', 'eve', 'finn', 'gina', 'hal'];
  const write = (names: readonly string[]) =>
    writeFile(
      people,
      `accounts:\n${names.map((name) => `  - address: ${name}@example.org\n`).join('')}`,
    );
  await write(all);
  const { notes, command } = await startInstance({ place, config: CONFIG });
  await notes.next('people.yaml loaded');
  await write(['zoe']);
  await notes.next('would lose');
  const tell = () => capture(() => status({ config: join(place, 'idpmap.yaml') }));
  const { code, text } = await tell();
  expect(text.split('\n')[0]).toBe('! Directory staff needs attention');
  expect(text).toContain('Directory staff: people.yaml would lose 8 of 8 accounts');
  expect(text).toContain('run "idpmap accept staff"');
  expect(text).not.toContain('@example.org');
  expect(code).toBe(1);
  await command('accept', { directory: 'staff' });
  expect((await tell()).text.split('\n')[0]).toBe('– Nobody asks');
  await writeFile(people, 'accounts: [{ adress: ann@example.org }]\n');
  await notes.next('known people are served');
  expect((await tell()).text).toMatch(
    /Directory staff: people\.yaml.*unknown key.*; known people are served, mail for others waits\./,
  );
});

test('gives the verdict and all that the page shows as JSON', async () => {
  const { tell, fail } = await start();
  await fail();
  const { code, text } = await tell({ json: true });
  expect(JSON.parse(text)).toMatchObject({
    summary: { tone: 'bad', title: 'Mail is deferred' },
    directories: [{ name: 'staff', failingSince: expect.stringMatching(/^20/) }],
  });
  expect(code).toBe(2);
});

test('a daemon that does not answer is told as by any command', async () => {
  const { daemon, tell } = await start();
  await daemon.stop();
  await expect(tell()).rejects.toMatchObject({ code: EXIT.unavailable });
});

test('a daemon that hangs keeps nobody waiting, and counts as one that does not answer', async () => {
  const place = await makePlace();
  const path = join(place, 'control');
  const server = createServer((socket) => socket.resume()).listen({ path });
  onTestFinished(() => {
    server.close();
  });
  await once(server, 'listening');
  await writeFile(
    join(place, 'idpmap.yaml'),
    `control: control\nlisten: unix:socketmap\n${CONFIG}`,
  );
  await expect(status({ config: join(place, 'idpmap.yaml') })).rejects.toMatchObject({
    code: EXIT.unavailable,
    message: expect.stringContaining('gave no reply within 5000 ms'),
  });
}, 30_000);

describe('--watch', () => {
  /** Watches until the test ends or `leave` is called, which is when nobody reads any more. */
  function watch(config: string, options = {}) {
    const parts: string[] = [];
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((part) => {
      parts.push(String(part));
      return true;
    });
    const done = status({ config, watch: '100ms', ...options });
    let isLeft = false;
    const leave = () => {
      if (isLeft) return done;
      isLeft = true;
      process.stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      return done;
    };
    onTestFinished(async () => {
      await leave();
      write.mockRestore();
    });
    return { parts, leave };
  }

  test('tells what has changed, a daemon that is gone too, and ends when nobody reads it', async () => {
    const { config, fail, daemon } = await start();
    const { parts, leave } = watch(config);
    const tells = (text: string) => until(() => parts.some((part) => part.includes(text)), 20_000);
    expect(await tells('– Nobody asks')).toBe(true);
    await fail();
    expect(await tells('✕ Mail is deferred')).toBe(true);
    await daemon.stop();
    expect(await tells('✕ no daemon answers')).toBe(true);
    expect(parts.map((part) => part.split('\n')[0]?.slice(0, 20))).toEqual([
      '– Nobody asks',
      '✕ Mail is deferred',
      '✕ no daemon answers ',
    ]);
    expect(await leave()).toBe(EXIT.unavailable);
  });

  test('tells of a second directory that fails while mail is deferred for the first', async () => {
    const [staff, others] = [createScripted(), createScripted()];
    const { ask, place } = await startInstance({
      config: `
domains: { example.org: { directory: staff }, example.net: { directory: others } }
directories: { staff: { type: file, path: a.yaml }, others: { type: file, path: b.yaml } }
`,
      directories: { staff: listingNone(staff), others: listingNone(others) },
    });
    const { parts } = watch(join(place, 'idpmap.yaml'));
    const flood = async (domain: string) => {
      for (let i = 0; i < 20; i++) await ask('user-exists', `n${i}@${domain}`);
    };
    const tells = (text: string) => until(() => parts.some((part) => part.includes(text)), 20_000);
    staff.mode = 'fails';
    await flood('example.org');
    expect(await tells('Directory staff fails')).toBe(true);
    others.mode = 'fails';
    await flood('example.net');
    expect(await tells('Directory others fails')).toBe(true);
  });

  test('gives JSON, a line each time', async () => {
    const { config } = await start();
    const { parts, leave } = watch(config, { json: true });
    expect(await until(() => parts.length > 1, 20_000)).toBe(true);
    await leave();
    for (const part of parts) expect(JSON.parse(part)).toMatchObject({ summary: { tone: 'idle' } });
  });

  test.each(['now', '-1s', '5'])('%s is no interval', async (interval) => {
    await expect(status({ watch: interval })).rejects.toMatchObject({ code: EXIT.usage });
  });
});
