import { describe, expect, test, vi } from 'vitest';
import { aliases } from '../../src/maps/aliases.ts';
import { CANDIDATE_KINDS } from '../../src/maps/candidates.ts';
import type { DomainDefinition } from '../../src/maps/domains.ts';
import type { Rules } from '../../src/maps/kind.ts';
import { mailboxes } from '../../src/maps/mailboxes.ts';
import { createMap } from '../../src/maps/map.ts';
import { recipients } from '../../src/maps/recipients.ts';
import { senders } from '../../src/maps/senders.ts';
import { parseTemplate } from '../../src/maps/template.ts';
import { account, group } from '../support/scripted.ts';
import {
  askMaps,
  buildMaps,
  contextNow,
  openDirectory,
  show,
  TIMES,
  useFakeTime,
} from '../support/world.ts';

const PEOPLE = [
  account('ann@x.org', { aliases: ['a.smith@x.org'] }),
  account('off@x.org', { aliases: ['left@x.org'], enabled: false }),
  group('team@x.org', ['ann@x.org']),
  group('nobody@x.org', []),
];
const OUTSIDE = 'ops@elsewhere.example';

/** Asks as the key's domain says, over a directory of its own: the targets are at x.org. */
function openTargets(definition: Partial<DomainDefinition>, rules: Partial<Rules> = {}) {
  const staff = openDirectory('staff', PEOPLE);
  const guests = openDirectory('guests', [
    account('guest@full.org', { aliases: ['visitor@full.org'] }),
    account('gone@full.org', { enabled: false, aliases: ['went@full.org'] }),
  ]);
  const maps = buildMaps(
    {
      'x.org': { directories: ['staff'] },
      'y.org': { aliasOf: 'x.org' },
      'loop.org': {
        directories: ['staff'],
        catchAll: 'other@loop.org',
        roles: { abuse: 'a@loop.org' },
      },
      'full.org': { directories: ['guests'], ...definition },
      'twin.org': { aliasOf: 'full.org', roles: { hostmaster: OUTSIDE } },
    },
    { staff: staff.source, guests: guests.source },
    rules,
  );
  return { staff, guests, maps };
}

const WAYS = [
  {
    way: 'catch-all',
    key: 'stranger@full.org',
    leadTo: (target: string) => ({ catchAll: target }),
  },
  {
    way: 'role',
    key: 'postmaster@full.org',
    leadTo: (target: string) => ({ roles: { postmaster: target } }),
  },
];
const LATER = 'TEMP idpmap disabled, the account is disabled';

describe.each(WAYS)('a $way', ({ key, leadTo }) => {
  test.each([
    { what: 'an account', target: 'ann@x.org', says: 'OK ann@x.org' },
    { what: 'an alias', target: 'a.smith@x.org', says: 'OK a.smith@x.org' },
    { what: 'a group', target: 'team@x.org', says: 'OK team@x.org' },
    { what: 'an account with an extension', target: 'ann+all@x.org', says: 'OK ann+all@x.org' },
    { what: "a twin's account", target: 'ann@y.org', says: 'OK ann@y.org' },
    { what: 'an address outside', target: OUTSIDE, says: `OK ${OUTSIDE}` },
    { what: 'a disabled account', target: 'off@x.org', says: 'NOTFOUND' },
    { what: 'an alias of a disabled account', target: 'left@x.org', says: 'NOTFOUND' },
    { what: 'a group without members', target: 'nobody@x.org', says: 'NOTFOUND' },
    { what: 'nobody', target: 'who@x.org', says: 'NOTFOUND' },
    { what: "another's catch-all", target: 'who@loop.org', says: 'NOTFOUND' },
    { what: "another's role", target: 'abuse@loop.org', says: 'NOTFOUND' },
  ])('that leads to $what is $says', async ({ target, says }) => {
    const { maps } = openTargets(leadTo(target));
    expect((await askMaps(maps, key)).aliases).toBe(says);
  });

  test.each([
    { disabled: 'accept', says: 'OK off@x.org' },
    { disabled: 'defer', says: LATER },
  ] as const)('that leads to a disabled account is $says where told to $disabled', async (row) => {
    const { maps } = openTargets(leadTo('off@x.org'), { disabled: row.disabled });
    expect((await askMaps(maps, key)).aliases).toBe(row.says);
  });

  test('that leads to a directory in doubt is TEMP', async () => {
    const { maps, staff } = openTargets(leadTo('ann@x.org'));
    staff.directory.mode = 'fails';
    expect((await askMaps(maps, key)).aliases).toBe('TEMP idpmap directory staff');
  });

  test('is no mailbox, and nobody sends as it', async () => {
    const { maps } = openTargets(leadTo('ann@x.org'));
    expect(await askMaps(maps, key)).toMatchObject({ mailboxes: 'NOTFOUND', senders: 'NOTFOUND' });
  });

  test.each([
    { what: 'mailbox', kind: mailboxes(parseTemplate('%s')) },
    { what: 'sender', kind: senders },
  ])('is no $what even to a map of all candidates', async ({ kind }) => {
    const { maps } = openTargets(leadTo('ann@x.org'));
    const wide = createMap(kind, new Set(CANDIDATE_KINDS), maps.world);
    expect(show(await wide(key, contextNow()))).toBe('NOTFOUND');
  });

  test('is no recipient unless the map says so', async () => {
    const { maps } = openTargets(leadTo('ann@x.org'));
    expect((await askMaps(maps, key)).recipients).toBe('NOTFOUND');
    const wide = createMap(recipients, new Set(CANDIDATE_KINDS), maps.world);
    expect(show(await wide(key, contextNow()))).toBe(`OK ${key}`);
  });

  test('is nothing to a map of narrower candidates', async () => {
    const { maps } = openTargets(leadTo('ann@x.org'));
    const narrow = createMap(
      aliases(),
      new Set(['exact', 'extension', 'aliasOf'] as const),
      maps.world,
    );
    expect(show(await narrow(key, contextNow()))).toBe('NOTFOUND');
  });

  test('is inherited by a twin domain', async () => {
    const { maps } = openTargets(leadTo('ann@x.org'));
    expect((await askMaps(maps, key.replace('full', 'twin'))).aliases).toBe('OK ann@x.org');
  });

  test('with an extension leads to the same target', async () => {
    const { maps } = openTargets(leadTo('ann@x.org'));
    expect((await askMaps(maps, key.replace('@', '+x@'))).aliases).toBe('OK ann@x.org');
  });
});

describe.each(WAYS)('in an outage of its target’s directory, a $way', ({ key, leadTo }) => {
  useFakeTime();

  test.each([
    {
      what: 'still leads to an account that memory knows',
      target: 'ann@x.org',
      says: 'OK ann@x.org',
    },
    {
      what: 'to one that was disabled is TEMP',
      target: 'off@x.org',
      says: 'TEMP idpmap directory staff',
    },
  ])('$what', async ({ target, says }) => {
    const { maps, staff } = openTargets(leadTo(target));
    await askMaps(maps, key);
    staff.directory.mode = 'fails';
    await vi.advanceTimersByTimeAsync(TIMES.freshMs);
    expect((await askMaps(maps, key)).aliases).toBe(says);
  });
});

describe('below real people', () => {
  const definition = {
    catchAll: 'ann@x.org',
    roles: { guest: OUTSIDE, gone: OUTSIDE, visitor: OUTSIDE, went: OUTSIDE },
  };

  test.each([
    {
      what: 'an own address',
      key: 'guest@full.org',
      aliases: 'NOTFOUND',
      mailboxes: 'OK guest@full.org',
    },
    {
      what: 'an alias',
      key: 'visitor@full.org',
      aliases: 'OK guest@full.org',
      mailboxes: 'NOTFOUND',
    },
    {
      what: 'a disabled account',
      key: 'gone@full.org',
      aliases: 'NOTFOUND',
      mailboxes: 'NOTFOUND',
    },
    {
      what: "a disabled account's alias",
      key: 'went@full.org',
      aliases: 'NOTFOUND',
      mailboxes: 'NOTFOUND',
    },
    {
      what: 'an extension of a disabled account',
      key: 'gone+x@full.org',
      aliases: 'NOTFOUND',
      mailboxes: 'NOTFOUND',
    },
  ])(
    '$what never falls to a role or the catch-all',
    async ({ key, aliases: target, mailboxes: mailbox }) => {
      const { maps } = openTargets(definition);
      expect(await askMaps(maps, key)).toMatchObject({ aliases: target, mailboxes: mailbox });
    },
  );
});

describe('a role goes before the catch-all', () => {
  test.each([
    { what: 'and is taken alone', role: OUTSIDE, says: `OK ${OUTSIDE}` },
    {
      what: 'which takes over where nobody is at the role',
      role: 'who@x.org',
      says: 'OK ann@x.org',
    },
    {
      what: 'which takes over where the role is disabled',
      role: 'off@x.org',
      says: 'OK ann@x.org',
    },
  ])('$what', async ({ role, says }) => {
    const { maps } = openTargets({ roles: { postmaster: role }, catchAll: 'ann@x.org' });
    expect((await askMaps(maps, 'postmaster@full.org')).aliases).toBe(says);
  });

  test('which does not take over in doubt about the role', async () => {
    const { maps, staff } = openTargets({ roles: { postmaster: 'who@x.org' }, catchAll: OUTSIDE });
    staff.directory.lost.add('who@x.org');
    expect((await askMaps(maps, 'postmaster@full.org')).aliases).toBe(
      'TEMP idpmap directory staff',
    );
  });

  test("and a twin domain's own before an inherited one", async () => {
    const { maps } = openTargets({ roles: { hostmaster: 'ann@x.org' } });
    expect((await askMaps(maps, 'hostmaster@twin.org')).aliases).toBe(`OK ${OUTSIDE}`);
    expect((await askMaps(maps, 'hostmaster@full.org')).aliases).toBe('OK ann@x.org');
  });
});
