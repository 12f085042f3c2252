import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isMailbox } from '../../src/address/address.ts';
import { askEntries } from '../../src/directory/people/ask.ts';
import { listingNone, startInstance } from '../support/instance.ts';
import { account, createScripted, employ, group } from '../support/scripted.ts';
import { buildMaps, contextNow, laneFor, show } from '../support/world.ts';

const CONFIG = `
domains: { example.org: { directory: staff } }
directories: { staff: { type: file, path: people.yaml } }
groupSenders: members
`;

/** Values that must become no address. */
const NO_ADDRESSES: readonly string[] = [
  'ann@example.org, evil@example.net',
  'ann@example.org,evil@example.net',
  'ann@example.org evil@example.net',
  'root',
  '',
  'ann@',
  '@example.org',
  'ann@a/b',
  'ann@ex%61mple.org',
  'ann@example.org\r\nOK evil@example.net',
  'ann@example.org\0',
  '|/bin/sh@example.org x',
  'Ann <ann@example.org>',
  'ann@[192.0.2.1]',
  'ann@192.0.2.1',
  `${'a'.repeat(320)}@example.org`,
];

/** Values that must become no login. */
const NO_LOGINS: readonly string[] = [
  'ann,evil',
  'ann evil',
  '',
  'ann\n',
  'ann\0',
  'ann\tevil',
  'ann\u00a0evil',
  'ann\ufffd',
];

/** Ann, who has the alias a@, and a team whose members are her aliases. */
function employAnn(more: Parameters<typeof account>[1]) {
  const staff = createScripted();
  const ann = account('ann@example.org', more);
  employ(staff, [ann, group('team@example.org', ann.aliases, { logins: ann.logins })]);
  // However it came by them, it gives her for these.
  for (const address of ['a@example.org', 'ann@example.org']) staff.people.set(address, [ann]);
  return staff;
}

/** The maps over a directory whose values go the way that the daemon's do. */
function openMaps(more: Parameters<typeof account>[1]) {
  const staff = employAnn(more);
  const figures = { dropped: 0 };
  const find = askEntries(staff, { sharedAliases: false }, figures);
  const { source, lane } = laneFor('staff', { ...staff, find });
  onTestFinished(() => lane.stop());
  const domains = { 'example.org': { directories: ['staff'] } };
  const maps = buildMaps(domains, { staff: source }, { groupSenders: 'members' });
  const ask = async (map: 'mailboxes' | 'aliases' | 'senders', key: string): Promise<string> =>
    show(await maps[map](key, contextNow()));
  return { ask, figures };
}

describe('a value that is not exactly one address', () => {
  test.each(NO_ADDRESSES)('%j is dropped as a member, and counted', async (value) => {
    const { ask, figures } = openMaps({ aliases: ['bob@example.org', value] });
    expect(await ask('aliases', 'team@example.org')).toBe('OK bob@example.org');
    expect(figures.dropped).toBe(1);
  });

  test.each(NO_ADDRESSES)('%j is dropped as an alias, and counted', async (value) => {
    const { ask, figures } = openMaps({ aliases: ['a@example.org', value] });
    expect(await ask('aliases', 'a@example.org')).toBe('OK ann@example.org');
    expect(figures.dropped).toBe(1);
  });

  test.each(NO_ADDRESSES)('%j as an account’s own address defers its mail', async (address) => {
    const { ask } = openMaps({ address, aliases: ['a@example.org'] });
    for (const map of ['aliases', 'senders', 'mailboxes'] as const)
      expect(await ask(map, 'a@example.org')).toBe('TEMP idpmap entry staff');
  });
});

test('an address in another spelling is one of ours, and leaves in ours', async () => {
  const { ask, figures } = openMaps({
    address: 'Ann@EXAMPLE.org.',
    aliases: ['A@Example.Org', 'Jürgen@Bücher.example'],
  });
  expect(await ask('aliases', 'a@example.org')).toBe('OK ann@example.org');
  expect(await ask('aliases', 'team@example.org')).toBe(
    'OK a@example.org,jürgen@xn--bcher-kva.example',
  );
  expect(figures.dropped).toBe(0);
});

describe('a login that could be read as several', () => {
  test.each(NO_LOGINS)('%j is dropped, and counted', async (login) => {
    const { ask, figures } = openMaps({ logins: [login, 'ann'] });
    expect(await ask('senders', 'ann@example.org')).toBe('OK ann');
    expect(figures.dropped).toBe(1);
  });

  test.each(NO_LOGINS)(
    '%j, the only one, leaves an address that nobody sends as',
    async (login) => {
      const { ask } = openMaps({ logins: [login] });
      expect(await ask('senders', 'ann@example.org')).toBe('OK no-login.invalid');
      expect(await ask('senders', 'team@example.org')).toBe('OK no-login.invalid');
    },
  );
});

test('the daemon counts what it dropped, by directory', async () => {
  const staff = employAnn({ aliases: ['root', 'a@example.org'], logins: ['a b'] });
  const { ask, command } = await startInstance({
    config: CONFIG,
    directories: { staff: listingNone(staff) },
  });
  expect(await ask('virtual-aliases', 'team@example.org')).toBe('OK a@example.org');
  expect(await command('figures', {})).toMatchObject({ directories: { staff: { dropped: 2 } } });
});

describe('a key that is no address of ours', () => {
  const KEYS = [
    'ann@a/b',
    'ann@example.org/x',
    'ann@ex%61mple.org',
    'ann@example.org:25',
    'ann@example.org#',
    'ann@[127.0.0.1]',
    'root',
    '*',
    '<>',
  ];
  const DOMAINS = ['a/b', 'ex%61mple.org', 'example.org/x', 'example.org..', '', '.'];

  test('is nobody, and the directory is not asked', async () => {
    const staff = createScripted();
    const { ask } = await startInstance({ directories: { staff: listingNone(staff) } });
    for (const map of ['user-exists', 'virtual-aliases', 'sender-logins', 'relay-recipients'])
      for (const key of KEYS) expect([key, await ask(map, key)]).toEqual([key, 'NOTFOUND']);
    for (const key of DOMAINS)
      expect([key, await ask('virtual-domains', key)]).toEqual([key, 'NOTFOUND']);
    expect(staff.asked).toEqual([]);
  });

  test('but for a trailing dot, which is dropped', async () => {
    const { ask } = await startInstance({ directories: { staff: listingNone(employAnn({})) } });
    expect(await ask('virtual-domains', 'example.org.')).toBe('OK example.org');
    expect(await ask('user-exists', 'ann@example.org.')).toBe('OK ann@example.org');
  });
});

test('whatever a directory gives, a reply holds addresses and single logins', async () => {
  const staff = createScripted();
  const { ask, command } = await startInstance({
    config: CONFIG,
    directories: { staff: listingNone(staff) },
  });
  const value = fc.oneof(
    fc.constantFrom(...NO_ADDRESSES, ...NO_LOGINS, 'bob@example.org'),
    fc.string({ unit: 'binary' }),
    fc.tuple(fc.string(), fc.string()).map((parts) => parts.join('@')),
    fc.emailAddress(),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(value), fc.array(value), async (members, logins) => {
      await command('purge', { what: { all: true } });
      const team = group('team@example.org', members, { logins });
      staff.people.set(team.address, [team]);
      const aliases = await ask('virtual-aliases', team.address);
      if (aliases !== 'NOTFOUND')
        expect(split(aliases).every((each) => isMailbox(each) && /^[^,\s]+$/u.test(each))).toBe(
          true,
        );
      const senders = split(await ask('sender-logins', team.address));
      const usable = logins.filter((login) => senders.includes(login));
      expect(senders.length).toBe(Math.max(1, new Set(usable).size));
    }),
  );
});

const split = (reply: string): readonly string[] => reply.replace(/^OK /, '').split(',');
