import fc from 'fast-check';
import { expect, test } from 'vitest';
import { explain } from '../../src/cli/explain.ts';
import { status } from '../../src/cli/status.ts';
import type { Directory, Entry } from '../../src/directory/directory.ts';
import type { Status } from '../../src/http/statusreport.ts';
import { capture } from '../support/command.ts';
import { type Instance, listingNone, startInstance } from '../support/instance.ts';
import { account, createScripted, employ, group, type Mode } from '../support/scripted.ts';
import { until } from '../support/until.ts';

const CONFIG = `
http: { endpoint: 'tcp://127.0.0.1:0', token: correct-horse-battery }
cache: { fresh: 1ms, freshNone: 1ms, unknown: 1ms }
deadline: 5s
domains: { example.org: { directory: staff, shadow: next }, example.net: { aliasOf: example.org } }
directories:
  staff: { type: file, path: a.yaml }
  next: { type: file, path: b.yaml, timeout: 500ms }
`;
const UNSHADOWED = CONFIG.replace(', shadow: next', '');

const STAFF: readonly Entry[] = [
  account('ann@example.org', { logins: ['ann'], aliases: ['a.smith@example.org'] }),
  account('bob@example.org', { logins: ['bob'] }),
  group('team@example.org', ['ann@example.org', 'bob@example.org']),
];

/** As those, without bob, and with another member and login. */
const NEXT: readonly Entry[] = [
  account('ann@example.org', { logins: ['annette'], aliases: ['a.smith@example.org'] }),
  account('zoe@example.org'),
  group('team@example.org', ['ann@example.org']),
];

function staffed(entries: readonly Entry[]) {
  const directory = createScripted();
  employ(directory, entries);
  return directory;
}

/** A daemon whose directory `next` knows `entries`. */
async function start(entries: readonly Entry[] = NEXT, config = CONFIG) {
  const staff = staffed(STAFF);
  const next = staffed(entries);
  const instance = await startInstance({
    config,
    directories: { staff: listingNone(staff), next: listingNone(next) },
  });
  return { ...instance, staff, next };
}

const readStatus = async ({ command }: Pick<Instance, 'command'>): Promise<Status> => {
  const told = await command('status', {});
  if (!('shadows' in told)) throw new Error('no shadows in the status');
  return JSON.parse(JSON.stringify(told));
};

const PATIENCE_MS = 10_000;

/** Waits until so many answers were looked at, whatever came of it. */
const compared = (instance: Pick<Instance, 'command'>, count: number) =>
  until(async () => {
    const [shadow] = (await readStatus(instance)).shadows;
    const { compared: done = 0, uncompared } = shadow ?? {};
    return done + (uncompared?.unknown ?? 0) >= count;
  }, PATIENCE_MS);

const get = async ({ daemon }: Pick<Instance, 'daemon'>, path: string, token?: string) => {
  if (daemon.http?.kind !== 'tcp') throw new Error('it serves no http');
  const reply = await fetch(`http://127.0.0.1:${daemon.http.port}${path}`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  return { status: reply.status, text: await reply.text() };
};

const MAPS = ['user-exists', 'virtual-aliases', 'sender-logins', 'virtual-domains'];
const KEYS = ['ann', 'a.smith', 'bob', 'bob+news', 'team', 'zoe', 'nobody'].flatMap((local) => [
  `${local}@example.org`,
  `${local}@example.net`,
]);

test.each<[string, Mode]>([
  ['is well, and wrong', 'well'],
  ['fails', 'fails'],
  ['hangs', 'hangs'],
  ['sees nobody', 'blind'],
])('every reply is the same with a shadow that %s, and without one', async (_, mode) => {
  const without = await start(NEXT, UNSHADOWED);
  const shadowed = await start();
  shadowed.next.mode = mode;
  const queries = fc.array(fc.tuple(fc.constantFrom(...MAPS), fc.constantFrom(...KEYS)), {
    minLength: 1,
    maxLength: 40,
  });
  await fc.assert(
    fc.asyncProperty(queries, async (all) => {
      const ask = ({ ask: one }: Instance) => Promise.all(all.map(([map, key]) => one(map, key)));
      expect(await ask(shadowed)).toEqual(await ask(without));
    }),
    { numRuns: 20 },
  );
  await compared(shadowed, 1);
  expect([without.next.asked.length, shadowed.next.asked.length > 0]).toEqual([0, true]);
});

test('what differs is told by figures to everybody, and by address to whoever has the token', async () => {
  const instance = await start();
  for (const name of ['ann', 'bob', 'nobody']) {
    await instance.ask('user-exists', `${name}@example.org`);
    await instance.ask('sender-logins', `${name}@example.org`);
  }
  await instance.ask('virtual-aliases', 'team@example.org');
  await compared(instance, 7);
  const { text: json } = await get(instance, '/api/status');
  const { shadows }: Status = JSON.parse(json);
  expect(shadows).toMatchObject([
    {
      of: 'staff',
      by: 'next',
      state: 'ok',
      compared: 7,
      different: 4,
      differences: { missing: 2, extra: 0, disabled: 0, address: 0, members: 1, logins: 1 },
      uncompared: { unknown: 0, dropped: 0 },
    },
  ]);
  expect(json).not.toContain('@example.org');
  const { text: metrics } = await get(instance, '/metrics');
  expect(metrics).toContain(
    'idpmap_shadow_differences_total{directory="staff",shadow="next",difference="missing"} 2',
  );
  expect(metrics).toContain(
    'idpmap_shadow_comparisons_total{directory="staff",shadow="next",outcome="same"} 3',
  );
  expect((await get(instance, '/api/shadow')).status).toBe(401);
  const { text } = await get(instance, '/api/shadow', 'correct-horse-battery');
  const { differences }: { differences: readonly Record<string, string>[] } = JSON.parse(text);
  expect(
    differences.map(({ map, address, difference }) => `${map} ${address} ${difference}`).toSorted(),
  ).toEqual([
    'aliases team@example.org members',
    'mailboxes bob@example.org missing',
    'senders ann@example.org logins',
    'senders bob@example.org missing',
  ]);
});

test('idpmap status says in how much a shadow differs, lists where, and explain names it', async () => {
  const instance = await start();
  const config = `${instance.place}/idpmap.yaml`;
  await instance.ask('user-exists', 'bob@example.org');
  await compared(instance, 1);
  const told = await capture(() => status({ config }));
  expect(told.text).toMatch(
    /Shadow next of staff, which answers no mail: it differed in 1 of 1 comparison \(1 missing\), 1 address of the latest still differs/,
  );
  expect(told.code).toBe(0);
  const listed = await capture(() => status({ config, shadow: true }));
  expect(listed.text).toMatch(/mailboxes bob@example\.org: missing \(staff, shadow next\)/);
  const explained = await capture(() => explain('bob@example.org', { config }));
  expect(explained.text).toMatch(/shadow next: asked in the background and compared, it never/);
});

test('a shadow that fails is no trouble of mail’s: the verdict stands, and the fault is told beside it', async () => {
  const instance = await start();
  instance.next.mode = 'fails';
  for (let i = 0; i < 20; i++) await instance.ask('user-exists', `n${i}@example.org`);
  await compared(instance, 20);
  const config = `${instance.place}/idpmap.yaml`;
  const { text, code } = await capture(() => status({ config }));
  expect([text.split('\n')[0], code]).toEqual(['✓ Mail is answered', 0]);
  expect(text).toMatch(/20 could not be compared\. It fails: /);
});

test('a directory that answers other mail does so while its questions as a shadow hang', async () => {
  const staff = staffed(STAFF);
  const next = staffed([account('eve@example.com')]);
  let hanging = 0;
  const slow: Directory = {
    ...listingNone(next),
    find: (address, how) => {
      if (!address.endsWith('@example.org')) return next.find(address, how);
      hanging += 1;
      return new Promise((_resolve, reject) =>
        how.signal.addEventListener('abort', () => reject(new Error('gave up'))),
      );
    },
  };
  const instance = await startInstance({
    config: CONFIG.replace(
      'example.net:',
      'example.com: { directory: next }, example.net:',
    ).replace('timeout: 500ms', 'timeout: 500ms, limit: { inFlight: 2, queue: 1 }'),
    directories: { staff: listingNone(staff), next: slow },
  });
  for (let i = 0; i < 60; i++) await instance.ask('user-exists', `n${i}@example.org`);
  await until(() => hanging > 0, PATIENCE_MS);
  expect(await instance.ask('user-exists', 'eve@example.com')).toBe('OK eve@example.com');
  await compared(instance, 60);
  const { directories } = await readStatus(instance);
  expect(directories.map(({ name, state }) => `${name} ${state}`)).toEqual(['staff ok', 'next ok']);
});

test('domains that a mere shadow lists are not ours, and none is deferred while it has listed none', async () => {
  const staff = staffed(STAFF);
  const next = createScripted();
  next.listed = undefined;
  const instance = await startInstance({
    config: CONFIG,
    directories: { staff: listingNone(staff), next },
  });
  const ask = () => instance.ask('virtual-domains', 'listed.example');
  expect(await ask()).toBe('NOTFOUND');
  next.listed = ['listed.example'];
  await instance.command('accept', { directory: 'next' });
  expect(await ask()).toBe('NOTFOUND');
});

test('a mere shadow is not asked for its domains, so that it can’t fail in it; once mail is answered from it, it is', async () => {
  const next = createScripted();
  let listings = 0;
  const domains = next.domains?.bind(next);
  next.domains = (signal) => {
    listings += 1;
    if (domains === undefined) throw new Error('it lists none');
    return domains(signal);
  };
  next.listed = ['listed.example'];
  const instance = await startInstance({
    config: CONFIG,
    directories: { staff: listingNone(staffed(STAFF)), next },
  });
  expect(await instance.ask('virtual-domains', 'example.org')).toBe('OK example.org');
  const figuresOf = async () =>
    (await get(instance, '/metrics')).text.match(/^idpmap_directory_domains\b.*$/gm) ?? [];
  expect([listings, await figuresOf()]).toEqual([0, []]);
  expect(await instance.reload(UNSHADOWED)).toBe(true);
  expect(await instance.ask('virtual-domains', 'listed.example')).toBe('OK listed.example');
  expect(await figuresOf()).toEqual(['idpmap_directory_domains{directory="next"} 1']);
  const asked = listings;
  expect(await instance.reload(CONFIG)).toBe(true);
  expect(await instance.ask('virtual-domains', 'listed.example')).toBe('NOTFOUND');
  await instance.command('accept', { directory: 'next' });
  expect([listings, await figuresOf()]).toEqual([asked, []]);
});

test('a reload brings a shadow and takes it away, without opening the directory anew', async () => {
  const instance = await start(NEXT, UNSHADOWED);
  await instance.ask('user-exists', 'bob@example.org');
  expect(await instance.reload(CONFIG)).toBe(true);
  await instance.ask('user-exists', 'bob@example.org');
  await compared(instance, 1);
  expect(await instance.reload(UNSHADOWED)).toBe(true);
  const before = instance.next.asked.length;
  await instance.ask('user-exists', 'ann@example.org');
  const { shadows } = await readStatus(instance);
  expect(shadows).toMatchObject([{ by: 'next', state: 'gone', different: 1 }]);
  expect([instance.opened, instance.closed]).toEqual([['staff', 'next'], []]);
  expect(instance.next.asked).toHaveLength(before);
});
