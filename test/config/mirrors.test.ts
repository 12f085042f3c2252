import { expect, test } from 'vitest';
import { loadSettings } from '../../src/settings.ts';

const staff = (mirror: object) => ({
  type: 'ldap',
  urls: 'ldaps://ldap.example.org',
  bind: { anonymous: true },
  base: 'dc=example,dc=org',
  mirror,
});

const load = (directories: object) =>
  loadSettings({
    environment: {},
    instead: { domains: { 'example.org': { directory: 'staff' } }, directories },
  });

test('two mirrors of one file are refused', async () => {
  const path = '/var/lib/idpmap/mirrors/staff.db';
  await expect(load({ staff: staff({ path }), others: staff({ path }) })).rejects.toThrow(
    'is the file of the mirror of staff, give each directory a file of its own',
  );
});

test('a copy that may deny for longer than it may accept is refused', async () => {
  const path = '/var/lib/idpmap/mirrors/staff.db';
  await expect(load({ staff: staff({ path, acceptFor: '1d', denyFor: '2d' }) })).rejects.toThrow(
    'is longer than acceptFor',
  );
});
