import type { Listed } from '../../../src/directory/directory.ts';
import type { FeedKit, FeedLack } from './kit.ts';

/** Something that happens to people. */
export interface Step {
  readonly title: string;
  readonly needs?: FeedLack;
  /** What is there before; `id` is nobody's yet. */
  readonly prepare?: (kit: FeedKit, id: string) => Promise<void>;
  readonly act: (kit: FeedKit, id: string) => Promise<void>;
  /** What is to be seen of it, in what holds the address of `id`. */
  readonly shows: (found: readonly Listed[], all: Entries, id: string) => boolean;
}

/** Whom a feed has told of. */
export type Entries = ReadonlyMap<string, Listed>;

/** The address of somebody called so. */
export const addressOf = (id: string): string => `${id}@example.test`;
const isNobody = (found: readonly Listed[]): boolean => found.length === 0;
/** Creates somebody who has an alias. */
export const exists = (kit: FeedKit, id: string): Promise<void> =>
  kit.create(id, [`${id}.alias@example.test`]);

/** All that may happen to people and groups. */
export const STEPS: readonly Step[] = [
  {
    title: 'somebody who is new, with an alias',
    act: exists,
    shows: ([found], _, id) => found?.aliases.includes(`${id}.alias@example.test`) === true,
  },
  {
    title: 'another address',
    prepare: exists,
    act: (kit, id) => kit.setAddress(id, `${id}.new@example.test`),
    shows: (found, all, id) =>
      isNobody(found) && holders(all, `${id}.new@example.test`).length === 1,
  },
  {
    title: 'an alias that is taken away, and another one',
    prepare: exists,
    act: (kit, id) => kit.setAliases(id, [`${id}.other@example.test`]),
    shows: ([found], _, id) => found?.aliases.join() === `${id}.other@example.test`,
  },
  {
    title: 'somebody who is disabled',
    prepare: exists,
    act: (kit, id) => kit.disable(id),
    shows: ([found]) => found?.enabled === false,
  },
  {
    title: 'somebody who is deleted',
    prepare: exists,
    act: (kit, id) => kit.remove(id),
    shows: isNobody,
  },
  {
    title: 'somebody who is deleted and made anew',
    needs: 'new ids',
    prepare: exists,
    act: async (kit, id) => {
      await kit.remove(id);
      await kit.create(id);
    },
    shows: (found) => found.length === 1 && found[0]?.aliases.length === 0,
  },
  {
    title: 'somebody who leaves the filter',
    needs: 'filter',
    prepare: exists,
    act: async (kit, id) => kit.leaveFilter?.(id),
    shows: isNobody,
  },
  {
    title: 'somebody who is moved to where nobody is looked for',
    needs: 'places',
    prepare: exists,
    act: async (kit, id) => kit.moveOut?.(id),
    shows: isNobody,
  },
  {
    title: 'somebody who is moved to where people are',
    needs: 'places',
    prepare: async (kit, id) => {
      await exists(kit, id);
      await kit.moveOut?.(id);
    },
    act: async (kit, id) => kit.moveIn?.(id),
    shows: (found) => found.length === 1,
  },
  {
    title: 'a group',
    needs: 'groups',
    prepare: exists,
    act: async (kit, id) => kit.createTeam?.(`${id}s`, [id]),
    shows: ([person], all, id) => isMember(person, holders(all, addressOf(`${id}s`))),
  },
  {
    title: 'a group that is put into another one, and somebody who is taken out',
    needs: 'groups',
    prepare: async (kit, id) => {
      await exists(kit, id);
      await kit.create(`${id}2`);
      await kit.createTeam?.(`${id}s`, [id, `${id}2`]);
      await kit.createTeam?.(`${id}all`, [`${id}2`]);
    },
    act: async (kit, id) => {
      await kit.setMembers?.(`${id}all`, [`${id}2`, `${id}s`]);
      await kit.setMembers?.(`${id}s`, [`${id}2`]);
    },
    shows: ([person], all, id) => {
      const [inner] = holders(all, addressOf(`${id}s`));
      return (
        isMember(inner, holders(all, addressOf(`${id}all`))) &&
        !isMember(person, inner === undefined ? [] : [inner])
      );
    },
  },
  {
    title: 'a group that is removed',
    needs: 'groups',
    prepare: async (kit, id) => {
      await exists(kit, id);
      await kit.createTeam?.(`${id}s`, [id]);
    },
    act: async (kit, id) => kit.removeTeam?.(`${id}s`),
    shows: (_, all, id) => isNobody(holders(all, addressOf(`${id}s`))),
  },
];

/** Who of these has an address. */
export const holders = (all: Entries, address: string): readonly Listed[] =>
  [...all.values()].filter((each) => each.address === address || each.aliases.includes(address));

const isMember = (member: Listed | undefined, [group]: readonly Listed[]): boolean =>
  member?.names.some((name) => group?.memberNames?.includes(name)) === true;
