import { describe, expect, test } from 'vitest';
import { type Instance, listingNone, startInstance } from '../support/instance.ts';
import { account, createScripted, employ } from '../support/scripted.ts';

const ALL = Array.from({ length: 100 }, (_, i) => `d${i}.example`);
const LISTING = `
domains: { example.org: { directory: staff } }
directories: { staff: { type: file, path: people.yaml } }
`;
const FLIPPING = `
cache: { fresh: 0ms, unknown: 0ms }
domains: { example.org: { directory: staff } }
directories: { staff: { type: file, path: people.yaml, flips: 1 } }
`;

/** How a daemon's place is taken by another. */
const WAYS = {
  restart: async (former: Instance, options: Parameters<typeof startInstance>[0]) => {
    await former.daemon.stop();
    return startInstance({ ...options, place: former.place });
  },
  'take-over': async (former: Instance, options: Parameters<typeof startInstance>[0]) => {
    const next = await startInstance({ ...options, place: former.place, takeover: 'yes' });
    await former.daemon.stopped;
    return next;
  },
} as const;

describe.each(Object.entries(WAYS))('over a %s', (_way, take) => {
  async function startListing() {
    const staff = createScripted();
    staff.listed = ALL;
    const options = { config: LISTING, directories: { staff } };
    const former = await startInstance(options);
    await expect.poll(() => former.ask('virtual-domains', 'd7.example')).toBe('OK d7.example');
    return { former, staff, next: () => take(former, options) };
  }

  test('a list of domains that was cut off meanwhile is held, without any cache.file', async () => {
    const { staff, next } = await startListing();
    staff.listed = ALL.slice(0, 1);
    const { ask, notes, command } = await next();
    await notes.next('a domain list that lost too much is held');
    expect(await ask('virtual-domains', 'd7.example')).toBe('OK d7.example');
    expect(await command('accept', { directory: 'staff' })).toEqual({
      taken: '1 domains instead of 100',
    });
    expect(await ask('virtual-domains', 'd7.example')).toBe('NOTFOUND');
  });

  test('domains are known before the directory has listed them', async () => {
    const { staff, next } = await startListing();
    staff.mode = 'fails';
    const { ask } = await next();
    expect(await ask('virtual-domains', 'd7.example')).toBe('OK d7.example');
    expect(await ask('virtual-domains', 'gmail.com')).toBe('NOTFOUND');
  });

  test('an accept of a shorter list is remembered', async () => {
    const { former, staff, next } = await startListing();
    staff.listed = ALL.slice(0, 1);
    await former.reload(LISTING.replace('people', 'other'));
    await former.notes.next('a domain list that lost too much is held');
    await former.command('accept', { directory: 'staff' });
    const { ask, notes } = await next();
    await expect.poll(() => ask('virtual-domains', 'd7.example')).toBe('NOTFOUND');
    expect(notes.messages('error')).toEqual([]);
  });

  test('people who vanish are held', async () => {
    const staff = createScripted();
    const people = ['ann', 'bob', 'cleo'].map((name) => `${name}@example.org`);
    employ(
      staff,
      people.map((address) => account(address)),
    );
    const options = {
      config: FLIPPING.replace('cache: {', 'cache: { file: memory,'),
      directories: { staff: listingNone(staff) },
    };
    const former = await startInstance(options);
    for (const address of people) await former.ask('user-exists', address);
    staff.people.clear();
    for (const address of people) await former.ask('user-exists', address);
    const { ask } = await take(former, options);
    expect(await ask('user-exists', 'bob@example.org')).toBe('OK bob@example.org');
    expect(await ask('user-exists', 'cleo@example.org')).toBe('OK cleo@example.org');
  });
});
