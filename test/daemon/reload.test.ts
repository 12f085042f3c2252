import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Settings } from '../../src/settings.ts';
import { certificateAt, makeCertificate } from '../support/certificate.ts';
import {
  connectClient,
  type Instance,
  listingNone,
  makePlace,
  STAFF,
  startInstance,
} from '../support/instance.ts';
import { findFreePorts, serveLoopback } from '../support/loopback.ts';
import { describeWith } from '../support/requirement.ts';
import { account, createScripted, employ, type ScriptedDirectory } from '../support/scripted.ts';
import { show } from '../support/world.ts';

const ANN = ['user-exists', 'ann@example.org'] as const;
const CHANGED = STAFF.replace('path:', 'guard: 1%, path:');

function createStaff(...names: readonly string[]): ScriptedDirectory {
  const staff = createScripted();
  employ(
    staff,
    ['ann', ...names].map((name) => account(`${name}@example.org`)),
  );
  return staff;
}

/** An instance whose directory `staff` has been asked for ann. */
async function startAsked(
  staff: ScriptedDirectory = createStaff(),
  config: string = STAFF,
): Promise<Instance> {
  const instance = await startInstance({ config, directories: { staff: listingNone(staff) } });
  expect(await instance.ask(...ANN)).toBe('OK ann@example.org');
  return instance;
}

test('an unchanged directory keeps its memory and is not opened again', async () => {
  const staff = createStaff();
  const { reload, ask, opened, closed } = await startAsked(staff);
  expect(await reload(`disabled: defer\n${STAFF}`)).toBe(true);
  expect(await ask(...ANN)).toBe('OK ann@example.org');
  expect(staff.asked).toEqual(['ann@example.org']);
  expect([opened, closed]).toEqual([['staff'], []]);
});

test('directories are opened again where an address ends elsewhere: one may have a catch-all', async () => {
  const { reload, opened, closed } = await startAsked();
  expect(await reload(`recipientDelimiter: '-'\n${STAFF}`)).toBe(true);
  expect([opened, closed]).toEqual([['staff', 'staff'], ['staff']]);
});

test('a changed directory is asked anew, and its former adapter is closed', async () => {
  const staff = createStaff();
  const { reload, ask, opened, closed } = await startAsked(staff);
  expect(await reload(CHANGED)).toBe(true);
  expect(await ask(...ANN)).toBe('OK ann@example.org');
  expect(staff.asked).toHaveLength(2);
  expect([opened, closed]).toEqual([['staff', 'staff'], ['staff']]);
});

test('people of a changed directory stay known while it fails', async () => {
  const staff = createStaff();
  const { reload, ask } = await startAsked(staff);
  staff.mode = 'fails';
  expect(await reload(CHANGED)).toBe(true);
  expect(await ask(...ANN)).toBe('OK ann@example.org');
  expect(await ask('user-exists', 'bob@example.org')).toMatch(
    /^TEMP idpmap directory staff [0-9a-f]{6}$/,
  );
});

test('domains that a changed directory listed stay ours until it lists again', async () => {
  const staff = createStaff();
  staff.listed = ['listed.example'];
  const { reload, ask } = await startInstance({ directories: { staff } });
  await expect.poll(() => ask('virtual-domains', 'listed.example')).toBe('OK listed.example');
  staff.mode = 'fails';
  expect(await reload(CHANGED)).toBe(true);
  expect(await ask('virtual-domains', 'listed.example')).toBe('OK listed.example');
  expect(await ask('virtual-domains', 'other.example')).toBe('NOTFOUND');
});

test('other sizes keep what is remembered, the most recent first', async () => {
  const staff = createStaff('bob', 'cleo');
  const { reload, ask, command } = await startAsked(staff);
  await ask('user-exists', 'bob@example.org');
  await ask('user-exists', 'cleo@example.org');
  expect(await reload(`cache: { entries: { found: 2 } }\n${STAFF}`)).toBe(true);
  expect(await command('known', { limit: 9 })).toEqual({
    addresses: ['cleo@example.org', 'bob@example.org'],
  });
  await ask('user-exists', 'cleo@example.org');
  expect(staff.asked).toHaveLength(3);
});

test('no request is lost in a row of reloads', async () => {
  const { reload, daemon } = await startAsked();
  const [endpoint] = daemon.endpoints();
  if (endpoint === undefined) throw new Error('it listens nowhere');
  const client = connectClient(endpoint);
  const over = new AbortController();
  const replies = new Set<string>();
  const asking = (async () => {
    while (!over.signal.aborted) replies.add(show(await client.ask(...ANN)));
  })();
  for (let i = 0; i < 10; i++)
    expect(await reload(i % 2 === 0 ? CHANGED : `disabled: defer\n${STAFF}`)).toBe(true);
  over.abort();
  await asking;
  client.close();
  expect([...replies]).toEqual(['OK ann@example.org']);
});

test('a purge reaches what answers, also after a failed reload with other sizes', async () => {
  const staff = createStaff();
  const { reload, ask, command, place } = await startAsked(staff);
  const taken = await serveLoopback(async () => {}, join(place, 'taken'));
  onTestFinished(() => taken.stop());
  expect(await reload(`listen: unix:taken\ncache: { entries: { found: 5 } }\n${STAFF}`)).toBe(
    false,
  );
  await ask(...ANN);
  expect(staff.asked).toHaveLength(1);
  expect(await command('purge', { what: { all: true } })).toEqual({ forgotten: 1 });
  await ask(...ANN);
  expect(staff.asked).toHaveLength(2);
});

test('what changes at the next start only is told', async () => {
  const { reload, notes } = await startAsked();
  expect(
    await reload(
      `connections: { max: 5 }\ncache: { file: m }\nlog: { addresses: plain }\n${STAFF}`,
    ),
  ).toBe(true);
  const told = notes.all.filter(({ message }) => message.includes('at the next start only'));
  expect(told.map(({ fields }) => fields)).toEqual([
    { setting: 'connections' },
    { setting: 'cache.file' },
    { setting: 'log.addresses' },
  ]);
});

test('reloads come one after the other, and the last one counts', async () => {
  const { read, daemon, ask } = await startAsked();
  const all: Settings[] = [];
  for (const domain of ['a.example', 'b.example', 'c.example'])
    all.push(await read(STAFF.replace('example.org', domain)));
  await Promise.all(all.map((settings) => daemon.reload(settings)));
  expect(await ask('virtual-domains', 'c.example')).toBe('OK c.example');
  expect(await ask('virtual-domains', 'b.example')).toBe('NOTFOUND');
});

test('a reload of a daemon that stops is refused', async () => {
  const { reload, daemon, opened } = await startAsked();
  const stopped = daemon.stop();
  expect(await reload(CHANGED)).toBe(false);
  await stopped;
  expect(opened).toEqual(['staff']);
});

describeWith(['openssl'], 'with certificates', () => {
  test('a reload shows the certificate that its file holds by now', async () => {
    const place = await makePlace();
    const [port = 0] = await findFreePorts(1);
    const listen = `{ endpoint: "tcp://127.0.0.1:${port}", tls: { cert: old.pem, key: old.key } }`;
    const config = `listen: ${listen}\n${STAFF}`;
    makeCertificate(place, 'old');
    const { reload, daemon } = await startInstance({
      place,
      config,
      directories: { staff: listingNone(createStaff()) },
    });
    expect(await certificateAt(port)).toBe('old');
    const { cert, key } = makeCertificate(place, 'new');
    await writeFile(join(place, 'old.pem'), cert);
    await writeFile(join(place, 'old.key'), key);
    expect(await reload(config)).toBe(true);
    expect(daemon.endpoints()).toHaveLength(1);
    expect(await certificateAt(port)).toBe('new');
  });

  test('a certificate that cannot be read keeps the old one', async () => {
    const place = await makePlace();
    const listen = '{ endpoint: "tcp://127.0.0.1:0", tls: { cert: old.pem, key: old.key } }';
    const config = `listen: ${listen}\n${STAFF}`;
    makeCertificate(place, 'old');
    const { reload, daemon, notes } = await startInstance({
      place,
      config,
      directories: { staff: listingNone(createStaff()) },
    });
    await writeFile(join(place, 'old.key'), 'no key');
    expect(await reload(config)).toBe(false);
    await notes.next('the old one serves on');
    const [endpoint] = daemon.endpoints();
    if (endpoint?.kind !== 'tcp') throw new Error('it listens nowhere');
    expect(await certificateAt(endpoint.port)).toBe('old');
  });
});
