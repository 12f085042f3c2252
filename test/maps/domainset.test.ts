import { domainToASCII } from 'node:url';
import { expect, test } from 'vitest';
import { createDomainMap } from '../../src/maps/domainmap.ts';
import { buildDomains } from '../../src/maps/domains.ts';
import { createDomainSet } from '../../src/maps/domainset.ts';
import { mailboxes } from '../../src/maps/mailboxes.ts';
import { createMap } from '../../src/maps/map.ts';
import { parseTemplate } from '../../src/maps/template.ts';
import { account } from '../support/scripted.ts';
import { contextNow, openDirectory, RULES, show } from '../support/world.ts';

/** A configured domain, and directories that list others. `undefined`: it has not listed them yet. */
function openSet(lists: readonly (readonly string[] | undefined)[] = []) {
  const staff = openDirectory('staff', [account('ann@x.org')]);
  const configured = buildDomains(
    new Map([
      ['x.org', { directories: ['staff'], roles: {} }],
      ['y.org', { directories: [], roles: {}, aliasOf: 'x.org' }],
      ['xn--exmple-cua.test', { directories: ['staff'], roles: {} }],
    ]),
    () => staff.source,
  );
  const listers = lists.map((names, i) => {
    const known = names && new Set(names.map((name) => domainToASCII(name)));
    const lister = openDirectory(`l${i}`, [account(`ann@listed.org`, { id: `l${i}` })]);
    return { list: { name: `l${i}`, names: () => known }, ...lister };
  });
  const set = createDomainSet(configured, listers);
  const domains = createDomainMap(set);
  const people = createMap(mailboxes(parseTemplate('{id}')), new Set(['exact'] as const), {
    domains: set,
    rules: RULES,
  });
  return {
    set,
    configured,
    listers,
    domains: (key: string) => domains(key, contextNow()),
    people: async (key: string) => show(await people(key, contextNow())),
  };
}

test.each([
  ['x.org', { status: 'OK', data: 'x.org' }],
  ['X.ORG.', { status: 'OK', data: 'x.org' }],
  ['y.org', { status: 'OK', data: 'y.org' }],
  ['Exämple.test', { status: 'OK', data: 'xn--exmple-cua.test' }],
  ['elsewhere.example', { status: 'NOTFOUND' }],
  ['sub.x.org', { status: 'NOTFOUND' }],
  ['org', { status: 'NOTFOUND' }],
  ['ann@x.org', { status: 'NOTFOUND' }],
  ['', { status: 'NOTFOUND' }],
  ['*', { status: 'NOTFOUND' }],
  ['[192.0.2.1]', { status: 'NOTFOUND' }],
  ['192.0.2.1', { status: 'NOTFOUND' }],
  ['x.org\0', { status: 'NOTFOUND' }],
])('the domains map answers %j at once: %j', (key, answer) => {
  expect(openSet().domains(key)).toEqual(answer);
});

test('a listed domain is ours as well', async () => {
  const { domains, people } = openSet([['listed.org']]);
  expect(domains('Listed.org')).toEqual({ status: 'OK', data: 'listed.org' });
  expect(await people('ann@listed.org')).toBe('OK l0');
});

test('a domain that several directories list is asked of each, in order', () => {
  const { set, listers } = openSet([['listed.org'], ['other.org'], ['listed.org']]);
  expect(set.get('listed.org')?.sources).toEqual([listers[0]?.source, listers[2]?.source]);
});

test('what the configuration says of a listed domain goes first', () => {
  const { set, configured } = openSet([['x.org']]);
  expect(set.get('x.org')).toBe(configured.get('x.org'));
});

test('a listed domain has the targets of listed domains, a configured one its own', () => {
  const { configured, listers } = openSet([['listed.org', 'x.org']]);
  const roles = new Map([['abuse', 'ops@x.org']]);
  const set = createDomainSet(configured, listers, { roles, catchAll: 'all@x.org' });
  expect(set.get('listed.org')).toMatchObject({ roles, catchAll: 'all@x.org' });
  expect(set.get('x.org')).toBe(configured.get('x.org'));
});

test('a domain that is not listed is NOTFOUND, and so is an address in it', async () => {
  const { domains, people } = openSet([['listed.org'], []]);
  expect(domains('elsewhere.example')).toEqual({ status: 'NOTFOUND' });
  expect(await people('ann@elsewhere.example')).toBe('NOTFOUND');
});

const STARTING = 'TEMP idpmap starting l1';

test('a domain that may yet be listed is TEMP, and so is an address in it', async () => {
  const { domains, people } = openSet([['listed.org'], undefined]);
  expect(show(await domains('elsewhere.example'))).toBe(STARTING);
  expect(await people('ann@elsewhere.example')).toBe(STARTING);
});

test.each(['x.org', 'y.org', 'listed.org'])(
  '%s is never TEMP, whoever has not listed yet',
  async (name) => {
    const { domains } = openSet([['listed.org'], undefined]);
    expect(domains(name)).toEqual({ status: 'OK', data: name });
  },
);

test.each(['', '*', 'ann@x.org', '192.0.2.1'])('%j is never TEMP: nobody could list it', (key) => {
  expect(openSet([undefined]).domains(key)).toEqual({ status: 'NOTFOUND' });
});

test('what is no address is never TEMP', async () => {
  expect(await openSet([undefined]).people('ann@[192.0.2.1]')).toBe('NOTFOUND');
});

test('a domain whose U-labels Postfix folds to another name is ours by that name', async () => {
  const { set, domains, people } = openSet([['listed.org', 'straße.example', 'straße.test'], []]);
  expect(domains('strasse.example')).toEqual({ status: 'OK', data: 'xn--strae-oqa.example' });
  expect(domains('straße.example')).toEqual({ status: 'OK', data: 'xn--strae-oqa.example' });
  expect(domains('strase.example')).toEqual({ status: 'NOTFOUND' });
  expect(set.get('strasse.example')).toBeUndefined();
  expect(await people('nobody@strasse.test')).toBe('NOTFOUND');
});
