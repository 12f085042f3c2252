import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Purge } from '../../src/control/protocol.ts';
import type { Directory } from '../../src/directory/directory.ts';
import { listingNone, makePlace, STAFF, startInstance } from '../support/instance.ts';
import {
  account,
  createScripted,
  employ,
  group,
  type ScriptedDirectory,
} from '../support/scripted.ts';
import { show } from '../support/world.ts';

const CONFIG = `
domains:
  example.org: { directory: staff }
  example.net: { directory: other }
directories:
  staff: { type: file, path: a.yaml }
  other: { type: file, path: b.yaml }
maps:
  user-exists: { kind: mailboxes }
  virtual-aliases: { kind: aliases }
  virtual-domains: { kind: domains }
  blocked: { kind: table, directory: staff, table: blocked }
`;

function createStaff(): ScriptedDirectory {
  const staff = createScripted();
  employ(staff, [
    account('ann@example.org', { aliases: ['a.smith@example.org'] }),
    account('bob@example.org'),
    group('team@example.org', ['ann@example.org']),
  ]);
  return staff;
}

/** Asks for everybody there is, a stranger, a row, and somebody of the other directory. */
async function startAsked() {
  const staff = createStaff();
  const other = createScripted();
  employ(other, [account('zoe@example.net')]);
  const rows: string[] = [];
  const withRows: Directory = {
    ...listingNone(staff),
    table: () => async (key) => {
      rows.push(key);
      return { status: 'found', value: ['REJECT'] };
    },
  };
  const instance = await startInstance({
    config: CONFIG,
    directories: { staff: withRows, other: listingNone(other) },
  });
  const ask = async (): Promise<void> => {
    for (const name of ['ann', 'a.smith', 'bob', 'team', 'nobody'])
      await instance.ask('virtual-aliases', `${name}@example.org`);
    await instance.ask('blocked', 'ann@example.org');
    await instance.ask('blocked', 'example.org');
    await instance.ask('user-exists', 'zoe@example.net');
  };
  await ask();
  return {
    ...instance,
    /** What is asked anew now, of all that was asked before. */
    askedAgain: async () => {
      for (const list of [staff.asked, other.asked, rows]) list.length = 0;
      await ask();
      return [...staff.asked, ...rows.map((key) => `row ${key}`), ...other.asked];
    },
  };
}

const ANNS = ['ann@example.org', 'a.smith@example.org', 'team@example.org', 'row ann@example.org'];
const ALL = [
  'ann@example.org',
  'a.smith@example.org',
  'bob@example.org',
  'team@example.org',
  'nobody@example.org',
  'row ann@example.org',
  'row example.org',
];

describe('a purge', () => {
  test.each<[string, Purge, readonly string[]]>([
    ['an address reaches aliases, groups and rows', { address: 'Ann@Example.ORG' }, ANNS],
    ['an alias reaches its account', { address: 'a.smith@example.org' }, ANNS.slice(0, 2)],
    ['a stranger', { address: 'nobody@example.org' }, ['nobody@example.org']],
    ['a domain', { domain: 'EXAMPLE.org' }, ALL],
    ['a directory', { directory: 'other' }, ['zoe@example.net']],
    ['all', { all: true }, [...ALL, 'zoe@example.net']],
    ['an address that nobody asked for', { address: 'else@example.org' }, []],
  ])('of %s', async (_, what, again) => {
    const { command, askedAgain } = await startAsked();
    expect(await command('purge', { what })).toEqual({ forgotten: again.length });
    expect(await askedAgain()).toEqual(again);
  });

  test('keeps out what a question under way brings', async () => {
    const staff = createStaff();
    staff.mode = 'slow';
    const { ask, command } = await startInstance({
      config: `deadline: 1s\n${STAFF}`,
      directories: { staff: listingNone(staff) },
    });
    const reply = ask('user-exists', 'ann@example.org');
    await expect.poll(() => staff.inFlight).toBe(1);
    await command('purge', { what: { all: true } });
    expect(await reply).toBe('OK ann@example.org');
    expect(await command('known', { limit: 9 })).toEqual({ addresses: [] });
  });

  test.each<[Purge, string]>([
    [{ address: 'ann' }, '"ann" is no address'],
    [{ domain: 'a/b' }, '"a/b" is no domain'],
    [{ directory: 'gone' }, 'there is no directory gone'],
  ])('of %o is refused', async (what, reason) => {
    const { command } = await startAsked();
    await expect(command('purge', { what })).rejects.toThrow(reason);
  });
});

describe('known', () => {
  test('lists found addresses of all directories, the most recent first', async () => {
    const { command } = await startAsked();
    expect(await command('known', { limit: 99 })).toEqual({
      addresses: [
        'team@example.org',
        'bob@example.org',
        'a.smith@example.org',
        'ann@example.org',
        'zoe@example.net',
      ],
    });
  });

  test('lists no more than it is asked for', async () => {
    const { command } = await startAsked();
    expect(await command('known', { limit: 1 })).toEqual({ addresses: ['team@example.org'] });
  });
});

test('figures count what was asked, answered and remembered', async () => {
  const { command, ask } = await startAsked();
  await ask('no-such-map', 'x');
  expect(await command('figures', {})).toMatchObject({
    socketmap: { requests: 9, bugs: 0 },
    maps: {
      'virtual-aliases': { OK: 2, NOTFOUND: 3 },
      blocked: { OK: 2 },
      '<unknown>': { PERM: 1 },
    },
    reloads: { succeeded: 0, failed: 0 },
    directories: {
      staff: { isOpen: false, waiting: 0, remembered: { found: 4, none: 1, unknown: 0 } },
      other: { asked: 1, found: 1 },
    },
  });
});

test('lookup gives what the wire gives', async () => {
  const { command } = await startAsked();
  const answer = await command('lookup', { map: 'virtual-aliases', key: 'team@example.org' });
  expect(show(answer)).toBe('OK ann@example.org');
  expect(show(await command('lookup', { map: 'x', key: 'y' }))).toBe(
    'PERM map x is not configured',
  );
});

test('explain tells who was asked, and what Postfix will say', async () => {
  const { command } = await startAsked();
  const explanation = await command('explain', { address: 'A.Smith+x@example.org' });
  expect(explanation).toMatchObject({
    key: 'A.Smith+x@example.org',
    normalised: 'a.smith+x@example.org',
    domain: { name: 'example.org', ours: 'yes' },
    verdict: { code: 250 },
  });
  const [, aliases] = explanation.maps;
  expect(aliases?.steps.map(({ step }) => step)).toEqual([
    'candidate',
    'memory',
    'outcome',
    'candidate',
    'memory',
    'outcome',
  ]);
});

describe('accept', () => {
  test('takes the edit that a people file’s guard holds', async () => {
    const place = await makePlace();
    const people = (names: readonly string[]): Promise<void> =>
      writeFile(
        join(place, 'people.yaml'),
        JSON.stringify({ accounts: names.map((name) => ({ address: `${name}@example.org` })) }),
      );
    await people(['ann', 'bob', 'cleo']);
    const { ask, command, notes } = await startInstance({
      place,
      config: `deadline: 10s\n${STAFF.replace('path:', 'timeout: 10s, path:')}`,
    });
    expect(await ask('user-exists', 'bob@example.org')).toBe('OK bob@example.org');
    await people(['ann']);
    await notes.next('would lose 2 of 3 accounts');
    expect(await command('accept', { directory: 'staff' })).toEqual({
      taken: expect.stringContaining('lost 2 of 3 accounts'),
    });
    expect(await ask('user-exists', 'bob@example.org')).toBe('NOTFOUND');
    expect(await command('accept', { directory: 'staff' })).toEqual({});
  });

  test('takes a list of domains that lost too much', async () => {
    const staff = createStaff();
    staff.listed = [];
    const { ask, command, notes } = await startInstance({ directories: { staff } });
    await notes.next('a domain list that lost too much is held');
    expect(await ask('virtual-domains', 'x.example')).toMatch(
      /^TEMP idpmap starting staff [0-9a-f]{6}$/,
    );
    expect(await command('figures', {})).toMatchObject({
      directories: { staff: { domainsHeld: 1 } },
    });
    expect(await command('accept', { directory: 'staff' })).toEqual({
      taken: '0 domains instead of 0',
    });
    expect(await ask('virtual-domains', 'x.example')).toBe('NOTFOUND');
  });

  test('of a directory that holds nothing takes nothing', async () => {
    const { command } = await startAsked();
    expect(await command('accept', { directory: 'staff' })).toEqual({});
  });

  test('of a directory that is not there is refused', async () => {
    const { command } = await startAsked();
    await expect(command('accept', { directory: 'gone' })).rejects.toThrow(
      'there is no directory gone',
    );
  });
});

test('drain ends the daemon, and is replied to', async () => {
  const { command, daemon } = await startAsked();
  expect(await command('drain', {})).toEqual({});
  await daemon.stopped;
});
