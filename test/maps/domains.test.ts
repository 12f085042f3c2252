import { expect, test } from 'vitest';
import { buildDomains, type DomainDefinition } from '../../src/maps/domains.ts';
import { openDirectory } from '../support/world.ts';

const build = (definitions: Readonly<Record<string, Partial<DomainDefinition>>>) => {
  const { source } = openDirectory('staff');
  const whole = Object.entries(definitions).map(
    ([name, definition]) => [name, { directories: [], roles: {}, ...definition }] as const,
  );
  const built = buildDomains(new Map(whole), (name) => (name === 'staff' ? source : undefined));
  return { built, source };
};

test('a domain asks its directories', () => {
  const { built, source } = build({ 'x.org': { directories: ['staff'] } });
  expect(built.get('x.org')?.sources).toEqual([source]);
});

test('a twin may stand before the domain it is a twin of', () => {
  const { built } = build({ 'y.org': { aliasOf: 'x.org' }, 'x.org': {} });
  expect(built.get('y.org')?.aliasOf).toBe(built.get('x.org'));
});

test("a twin's twin inherits roles and catch-all, its own go before", () => {
  const { built } = build({
    'x.org': { roles: { abuse: 'a@x.org', postmaster: 'p@x.org' }, catchAll: 'c@x.org' },
    'y.org': { aliasOf: 'x.org', roles: { abuse: 'a@y.org' } },
    'z.org': { aliasOf: 'y.org', catchAll: 'c@z.org' },
  });
  expect(built.get('z.org')).toMatchObject({ catchAll: 'c@z.org' });
  expect(built.get('y.org')).toMatchObject({ catchAll: 'c@x.org' });
  expect(Object.fromEntries(built.get('z.org')?.roles ?? [])).toEqual({
    abuse: 'a@y.org',
    postmaster: 'p@x.org',
  });
});

test.each([
  {
    what: 'a circle',
    definitions: { 'x.org': { aliasOf: 'y.org' }, 'y.org': { aliasOf: 'x.org' } },
    message: 'domain x.org → y.org → x.org leads nowhere',
  },
  {
    what: 'itself',
    definitions: { 'x.org': { aliasOf: 'x.org' } },
    message: 'domain x.org → x.org leads nowhere',
  },
  {
    what: 'no domain',
    definitions: { 'x.org': { aliasOf: 'y.org' } },
    message: 'domain x.org → y.org leads nowhere',
  },
  {
    what: 'no directory',
    definitions: { 'x.org': { directories: ['stuff'] } },
    message: 'there is no directory stuff',
  },
])('refuses a domain that leads to $what', ({ definitions, message }) => {
  expect(() => build(definitions)).toThrow(message);
});
