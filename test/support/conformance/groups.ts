import { describe, expect, test } from 'vitest';
import { CROWD, type Team } from '../ldap/population.ts';
import {
  type Ability,
  ask,
  DOUBT,
  type Examined,
  portraitOfTeam,
  portray,
  teamCalled,
} from './subject.ts';

/** Each way to be a member, the team that has it, and what a directory needs for it. */
const WAYS: readonly { readonly way: string; readonly id: string; readonly needs?: Ability }[] = [
  { way: 'members, without those that are disabled', id: 'team' },
  { way: 'the members of the groups within', id: 'nested' },
  { way: 'the members of a circle', id: 'loop1', needs: 'circles' },
  { way: 'the members of a circle that comes round to itself', id: 'loop2', needs: 'circles' },
  { way: 'members whose names are beyond ASCII', id: 'world' },
  { way: `${CROWD} members`, id: 'big' },
  { way: 'members elsewhere', id: 'external', needs: 'external members' },
  { way: 'members, without those that are gone', id: 'dangling', needs: 'dangling members' },
  { way: 'no members', id: 'empty', needs: 'empty groups' },
  { way: 'members by login', id: 'staff', needs: 'members by login' },
];

/** Registers what holds of groups. */
export function describeGroups({ subject, directory }: Examined): void {
  const ways = WAYS.filter(({ needs }) => needs === undefined || !subject.lacks.includes(needs));
  const expected = (team: Team) => [portraitOfTeam(team, subject)];

  describe('groups', () => {
    test.each(ways)('finds in $id $way', async ({ id }) => {
      const found = await ask(directory(), `${id}@example.test`);
      expect(found.map(portray)).toEqual(expected(teamCalled(id)));
    });

    test.runIf(subject.lacks.includes('empty groups'))(
      'doubts a group without members',
      async () => {
        await expect(ask(directory(), 'empty@example.test')).rejects.toMatchObject(DOUBT);
      },
    );

    test('gives a group an id', async () => {
      const [found] = await ask(directory(), 'team@example.test');
      expect(found?.id).toMatch(subject.id);
    });

    test('does not let an alias claim a group’s address', async () => {
      await subject.addAlias('gina', 'team@example.test');
      const found = await ask(directory(), 'team@example.test');
      expect(found.map(portray)).toEqual(expected(teamCalled('team')));
    });

    test('finds a group as large as the limit', async () => {
      const limited = await subject.open({ members: CROWD });
      const [found] = await ask(limited, 'big@example.test');
      expect(found?.members).toHaveLength(CROWD);
    });

    test.each([
      { limit: CROWD - 1, id: 'big' },
      { limit: 2, id: 'nested' },
    ])('doubts $id where $limit members are the limit', async ({ limit, id }) => {
      const limited = await subject.open({ members: limit });
      await expect(ask(limited, `${id}@example.test`)).rejects.toMatchObject(DOUBT);
    });

    test('finds members as deep as the limit', async () => {
      await subject.addMember('empty', 'nested');
      const found = await ask(await subject.open({ depth: 2 }), 'empty@example.test');
      expect(found[0]?.members.toSorted()).toEqual(expected(teamCalled('nested'))[0]?.members);
    });

    test('doubts a group where groups lie deeper than the limit', async () => {
      await subject.addMember('empty', 'nested');
      const limited = await subject.open({ depth: 1 });
      await expect(ask(limited, 'empty@example.test')).rejects.toMatchObject(DOUBT);
    });
  });
}
