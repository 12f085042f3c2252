import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withWritableNames, writableName } from '../../src/maps/names.ts';
import { MAPS } from '../support/people.ts';

const named = (...names: readonly string[]) => new Map(names.map((name) => [name, `of ${name}`]));

test.each([
  ['user-exists', 'user_exists'],
  ['virtual-alias-maps', 'virtual_alias_maps'],
  ['aliases/old', 'aliases_old'],
  ['größe', 'gr__e'],
  ['v1.2', 'v1.2'],
])('a client that cannot write %s asks for %s', (name, writable) => {
  expect(withWritableNames(named(name)).get(writable)).toBe(`of ${name}`);
});

test('a map of that very name keeps it', () => {
  const names = withWritableNames(named('user-exists', 'user_exists'));
  expect(names.get('user_exists')).toBe('of user_exists');
});

test('a name that two maps would have is nobody’s', () => {
  const names = withWritableNames(named('user-exists', 'user/exists'));
  expect([names.get('user_exists'), names.get('user-exists')]).toEqual([
    undefined,
    'of user-exists',
  ]);
});

test('sendmail can write a name for each map that there is by default', () => {
  const names = Object.keys(MAPS).map(writableName);
  expect(names.filter((name) => !/^[A-Za-z0-9][\w.]*$/.test(name))).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
});

test('no map loses its own name, and no name leads to another map', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', '-', '_', '/', '.') })),
      (names) => {
        const all = withWritableNames(named(...names));
        for (const name of names) expect(all.get(name)).toBe(`of ${name}`);
        for (const [name, value] of all)
          expect(writableName(value.slice(3))).toBe(writableName(name));
      },
    ),
  );
});
