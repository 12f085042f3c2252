import { describe, expect, test } from 'vitest';
import { aliases } from '../../src/maps/aliases.ts';
import { CANDIDATE_KINDS } from '../../src/maps/candidates.ts';
import { createMap } from '../../src/maps/map.ts';
import { account, group } from '../support/scripted.ts';
import { buildMaps, contextNow, openDirectory, show } from '../support/world.ts';

const PEOPLE = [
  account('ann@x.org', { aliases: ['a.smith@x.org'] }),
  account('bob@x.org'),
  account('off@x.org', { aliases: ['left@x.org'], enabled: false }),
  group('team@x.org', ['ann@x.org', 'bob@x.org']),
  account('both@x.org'),
  group('both@x.org', ['bob@x.org']),
  account('weiss@x.org', { spelling: 'weiß@x.org' }),
  account('|rm@x.org', { aliases: ['pipe@x.org'] }),
  account('/tmp/x@x.org', { aliases: ['file@x.org'] }),
  group('odd@x.org', ['ann@x.org', '|rm@x.org', '/etc/passwd@elsewhere.example']),
];

const open = (own?: string, disabled: 'reject' | 'accept' | 'defer' = 'reject') => {
  const { directory, source } = openDirectory('staff', PEOPLE);
  const domains = {
    'x.org': { directories: ['staff'], roles: { postmaster: 'ann@x.org' } },
    'y.org': { aliasOf: 'x.org' },
  };
  const { world } = buildMaps(domains, { staff: source }, { disabled });
  const map = createMap(aliases(own), new Set(CANDIDATE_KINDS), world);
  return { directory, ask: async (key: string) => show(await map(key, contextNow())) };
};

describe('a table that answers for people and aliases', () => {
  test.each([
    ["an account's own address", 'ann@x.org', 'OK vmail'],
    ['its extension', 'ann+news@x.org', 'OK vmail'],
    ['an alias', 'a.smith@x.org', 'OK ann@x.org'],
    ['a group', 'team@x.org', 'OK ann@x.org,bob@x.org'],
    ['a role', 'postmaster@x.org', 'OK ann@x.org'],
    ['a twin domain', 'ann@y.org', 'OK ann@x.org'],
    ['an account that has a group of its address beside it', 'both@x.org', 'OK vmail,bob@x.org'],
    ['an account by the letters that Postfix folds to', 'weiss@x.org', 'OK weiß@x.org'],
    ['its own letters', 'weiß@x.org', 'OK vmail'],
    ['a disabled account', 'off@x.org', 'NOTFOUND'],
    ["a disabled account's alias", 'left@x.org', 'NOTFOUND'],
    ['nobody', 'nobody@x.org', 'NOTFOUND'],
    ['a bare name', 'ann', 'NOTFOUND'],
    ['a bare domain', '@x.org', 'NOTFOUND'],
  ])('%s', async (_what, key, says) => {
    expect(await open('vmail').ask(key)).toBe(says);
  });

  test('a disabled account is deferred or taken where the configuration says so', async () => {
    expect(await open('vmail', 'defer').ask('off@x.org')).toMatch(/^TEMP idpmap disabled/);
    expect(await open('vmail', 'accept').ask('off@x.org')).toBe('OK vmail');
  });
});

test.each([
  ['own', 'vmail'],
  ['no own', undefined],
])(
  'with %s no target is anything but an address to a client that runs commands',
  async (_what, own) => {
    const { ask } = open(own);
    expect(await ask('pipe@x.org')).toBe('OK "|rm"@x.org');
    expect(await ask('file@x.org')).toBe('OK "/tmp/x"@x.org');
    expect(await ask('odd@x.org')).toBe('OK ann@x.org,"|rm"@x.org,"/etc/passwd"@elsewhere.example');
    expect(await ask('pipe+x@x.org')).toBe('OK "|rm+x"@x.org');
  },
);
