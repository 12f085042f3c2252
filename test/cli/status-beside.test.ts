import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { status } from '../../src/cli/status.ts';
import { capture } from '../support/command.ts';
import { listingNone, makePlace, startInstance } from '../support/instance.ts';
import { account, createScripted, employ, group } from '../support/scripted.ts';

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

describe('tells what holds mail back beside directories:', () => {
  test('an answer that Postfix can’t be sent, and counts it as deferred', async () => {
    const { tell, ask, staff, notes } = await start();
    const members = Array.from({ length: 9000 }, (_, i) => `member${i}@example.org`);
    employ(staff, [group('all@example.org', members)]);
    expect(await ask('virtual-aliases', 'all@example.org')).toMatch(/^TEMP/);
    const { code, text } = await tell();
    expect(text.split('\n')[0]).toBe("! An answer can't be sent");
    expect(text).toContain('last minute  0 OK, 0 NOTFOUND, 1 deferred (100 %)');
    expect(code).toBe(1);
    const { fields } = await notes.next("an answer can't be sent");
    expect(fields).toMatchObject({ map: 'virtual-aliases', address: 'all@example.org' });
  });

  test('an address in doubt, however few they are, once it was tried again', async () => {
    const { tell, ask, staff } = await start();
    employ(staff, [account('two@example.org', { id: '1' }), account('two@example.org')]);
    for (let i = 0; i < 2; i++) await ask('user-exists', 'two@example.org');
    const { text } = await tell();
    expect(text).toContain(
      '2 lookups in the last hour were deferred for a doubt about single addresses of staff',
    );
  });

  test('a lone lookup that is deferred is told, and is no warning', async () => {
    const { tell, ask, staff } = await start();
    staff.mode = 'fails';
    await ask('user-exists', 'bob@example.org');
    staff.mode = 'well';
    await ask('user-exists', 'ann@example.org');
    const { code, text } = await tell();
    expect(text).toContain('Last five minutes: 1 OK, 0 NOTFOUND, 1 deferred (50 %).');
    expect(code).toBe(0);
  });

  test('an account whose mail is meant to wait is no warning', async () => {
    const staff = createScripted();
    employ(staff, [account('off@example.org', { enabled: false })]);
    const { ask, place } = await startInstance({
      config: `${CONFIG}disabled: defer`,
      directories: { staff: listingNone(staff) },
    });
    expect(await ask('user-exists', 'off@example.org')).toMatch(/^TEMP/);
    const { code, text } = await capture(() => status({ config: join(place, 'idpmap.yaml') }));
    expect(text).toContain('1 deferred because the account is disabled (disabled: defer)');
    expect(code).toBe(0);
  });

  test('an outage that is over, at once, with what it came to', async () => {
    const { tell, ask, fail, staff, notes } = await start();
    await ask('user-exists', 'ann@example.org');
    await fail();
    await ask('user-exists', 'ann@example.org');
    staff.mode = 'well';
    await notes.next('circuit closed');
    const { code, text } = await tell();
    expect(text.split('\n')[0]).toMatch(/^! Mail was deferred until \d/);
    expect(text).toMatch(
      /Directory staff answers again since .*: 20 of its lookups were deferred, memory answered 1\./,
    );
    expect(text).not.toContain('To do');
    expect(code).toBe(1);
  });

  test('connections that are turned away', async () => {
    const { place, daemon, notes } = await startInstance({
      config: `${CONFIG}connections: { max: 1 }`,
      directories: { staff: listingNone(createScripted()) },
    });
    const sockets = daemon
      .endpoints()
      .flatMap((endpoint) =>
        endpoint.kind === 'unix' ? [1, 2].map(() => connect({ path: endpoint.path })) : [],
      );
    for (const socket of sockets) socket.on('error', () => {});
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    await notes.next('connections are refused');
    const { code, text } = await capture(() => status({ config: join(place, 'idpmap.yaml') }));
    expect(text.split('\n')[0]).toBe('! Connections are turned away');
    expect(text).toContain('as many were open as may be (1). To do: raise connections.max');
    expect(code).toBe(1);
  });

  test('domains that were never listed, in the log, too', async () => {
    const staff = createScripted();
    const { place, notes } = await startInstance({ config: CONFIG, directories: { staff } });
    await notes.next('its domains have not been listed since the start');
    const { code, text } = await capture(() => status({ config: join(place, 'idpmap.yaml') }));
    expect(text).toContain(
      'Directory staff: its domains have not been listed since the start, so that mail for every domain that is not configured waits: no list.',
    );
    expect(code).toBe(1);
  });

  test('a state that can’t be written', async () => {
    const place = await makePlace();
    await mkdir(join(place, 'state', 'in-the-way'), { recursive: true });
    await startInstance({
      place,
      config: CONFIG,
      directories: { staff: listingNone(createScripted()) },
    });
    const { code, text } = await capture(() => status({ config: join(place, 'idpmap.yaml') }));
    expect(text.split('\n')[0]).toBe("! The state can't be written");
    expect(code).toBe(1);
  });
});
