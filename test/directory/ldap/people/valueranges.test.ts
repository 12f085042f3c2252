import { describe, expect, test } from 'vitest';
import { readRest } from '../../../../src/directory/ldap/people/valueranges.ts';
import type { Search } from '../../../../src/directory/ldap/search.ts';
import { entry } from '../tablefixture.ts';

const names = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `cn=${i}`);

/** A group as Active Directory shows it: so many members at a time, the rest when asked for. */
function createGroup(members: readonly string[], step: number) {
  const asked: string[] = [];
  const from = (first: number) => {
    const isLast = first + step >= members.length;
    const last = isLast ? '*' : String(first + step - 1);
    return entry('cn=big', {
      member: [],
      [`member;range=${first}-${last}`]: members.slice(first, first + step),
    });
  };
  const search: Search = async ({ base, attributes }) => {
    asked.push(`${base} ${attributes.join(' ')}`);
    return [from(Number(/range=(\d+)/.exec(attributes.join())?.[1]))];
  };
  return { first: from(0), search, asked };
}

const never: Search = async () => {
  throw new Error('nothing is to be asked');
};

describe('values in ranges', () => {
  test.each([1, 1499, 1500, 1501, 3000, 4567])('are read to the last of %i', async (count) => {
    const { first, search } = createGroup(names(count), 1500);
    expect(await readRest(first, 'member', 10_000, search)).toEqual(names(count));
  });

  test('are asked for with another attribute', async () => {
    const { first, search, asked } = createGroup(names(1600), 1500);
    await readRest(first, 'member', 10_000, search);
    expect(asked).toEqual(['cn=big member;range=1500-* objectClass']);
  });

  test('are read no further than the limit', async () => {
    const { first, search, asked } = createGroup(names(6000), 1500);
    const read = await readRest(first, 'member', 2000, search);
    expect(read.length).toBeGreaterThan(2000);
    expect(asked).toHaveLength(1);
  });

  test('that come whole need no more questions', async () => {
    const whole = entry('cn=team', { member: names(3) });
    expect(await readRest(whole, 'member', 10, never)).toEqual(names(3));
  });

  test('of another attribute are left alone', async () => {
    const other = entry('cn=team', { 'memberof;range=0-1499': names(3), member: ['cn=ann'] });
    expect(await readRest(other, 'member', 10, never)).toEqual(['cn=ann']);
  });

  test.each([
    ['the entry is gone', []],
    ['the range is not there', [entry('cn=big', { member: [] })]],
    ['another range comes', [entry('cn=big', { 'member;range=0-1499': names(1500) })]],
  ])('are never shortened where %s', async (_, answer) => {
    const { first } = createGroup(names(3000), 1500);
    await expect(readRest(first, 'member', 10_000, async () => answer)).rejects.toMatchObject({
      kind: 'entry',
      message: "the values of cn=big's member from number 1500 on did not come",
    });
  });
});
