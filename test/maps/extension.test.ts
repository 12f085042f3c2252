import { expect, test } from 'vitest';
import type { Rules } from '../../src/maps/kind.ts';
import { account, group } from '../support/scripted.ts';
import { buildMaps, contextNow, openDirectory, show } from '../support/world.ts';

const PEOPLE = [
  account('ann@x.org', { aliases: ['a.smith@x.org', 'owner-list@x.org', 'owner@x.org'] }),
  account('bob@x.org'),
  account('bob+own@x.org'),
  account('eve@w.org', { aliases: ['eve@x.org'] }),
  account('out@elsewhere.example', { aliases: ['out@x.org'] }),
  account('"q u"@x.org', { aliases: ['q@x.org'] }),
  account(`${'l'.repeat(300)}@x.org`, { aliases: ['long@x.org'] }),
  group('team@x.org', ['ann@x.org', 'eve@w.org', 'carl@elsewhere.example']),
];

async function ask(key: string, rules: Partial<Rules> = {}): Promise<string> {
  const { source } = openDirectory('staff', PEOPLE);
  const directories = ['staff'];
  const maps = buildMaps(
    {
      'x.org': { directories, roles: { abuse: 'ann@x.org' } },
      'y.org': { aliasOf: 'x.org' },
      'w.org': { directories, catchAll: 'eve@w.org' },
    },
    { staff: source },
    rules,
  );
  return show(await maps.aliases(key, contextNow()));
}

test.each([
  { what: "an alias's account", key: 'a.smith+news@x.org', says: 'OK ann+news@x.org' },
  {
    what: 'an account in another domain of ours',
    key: 'eve+news@x.org',
    says: 'OK eve+news@w.org',
  },
  { what: 'the twin', key: 'ann+news@y.org', says: 'OK ann+news@x.org' },
  {
    what: "a group's own members, not on strangers",
    key: 'team+news@x.org',
    says: 'OK ann+news@x.org,eve+news@w.org,carl@elsewhere.example',
  },
  {
    what: 'a target, all that follows the first delimiter',
    key: 'a.smith+a+b@x.org',
    says: 'OK ann+a+b@x.org',
  },
  { what: 'a target, an empty one too', key: 'a.smith+@x.org', says: 'OK ann+@x.org' },
])('puts an extension on $what', async ({ key, says }) => {
  expect(await ask(key)).toBe(says);
});

test.each([
  { what: "a stranger's account", key: 'out+news@x.org', says: 'OK out@elsewhere.example' },
  { what: "a role's target", key: 'abuse+news@x.org', says: 'OK ann@x.org' },
  { what: "the catch-all's target", key: 'stranger+news@w.org', says: 'OK eve@w.org' },
  { what: 'a quoted local part', key: 'q+news@x.org', says: 'OK "q u"@x.org' },
  {
    what: 'a target that would grow too long',
    key: 'long+0123456789abcdef@x.org',
    says: `OK ${'l'.repeat(300)}@x.org`,
  },
  {
    what: 'a target that would become two',
    key: 'a.smith+x,root@x.org',
    says: 'OK ann@x.org',
  },
])('puts no extension on $what', async ({ key, says }) => {
  expect(await ask(key)).toBe(says);
});

test('puts no extension on anything where told so', async () => {
  expect(await ask('a.smith+news@x.org', { propagateExtension: 'no' })).toBe('OK ann@x.org');
});

test('an address that holds the delimiter goes before its extension-less form', async () => {
  expect(await ask('bob+own@x.org')).toBe('NOTFOUND');
  expect(await ask('bob+own@y.org')).toBe('OK bob+own@x.org');
});

test('an own address in U-labels that would become two is left as it is', async () => {
  const { source } = openDirectory('staff', [account('ann@xn--exmple-cua.test')]);
  const domains = { 'xn--exmple-cua.test': { directories: ['staff'] } };
  const maps = buildMaps(domains, { staff: source });
  const answer = await maps.aliases('ann+x,root@exämple.test', contextNow());
  expect(show(answer)).toBe('NOTFOUND');
});

test.each([
  ['+-', 'a.smith-a+b@x.org', 'OK ann-a+b@x.org'],
  ['+-', 'a.smith+a-b@x.org', 'OK ann+a-b@x.org'],
  ['-', 'a.smith+a@x.org', 'NOTFOUND'],
  ['', 'a.smith+a@x.org', 'NOTFOUND'],
  ['-', 'owner-list@x.org', 'OK ann@x.org'],
  ['-', 'owner-other@x.org', 'NOTFOUND'],
])('splits at the first of %j: %s is %s', async (delimiters, key, says) => {
  expect(await ask(key, { delimiters })).toBe(says);
});
