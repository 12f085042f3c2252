import { onTestFinished } from 'vitest';
import type { Directory } from '../../src/directory/directory.ts';
import type { Examination } from './conformance/registration.ts';
import type { GroupLimits } from './conformance/subject.ts';
import { PERSONS, type Person, TEAMS, type Team } from './ldap/population.ts';

/** Opens a directory of the people that a text holds, within these limits; it is there once it can be asked. */
export type OpenText = (text: string, rules: OpenedRules) => Promise<Directory>;

/** What it goes by, where that is not the default. */
export interface OpenedRules {
  readonly groups?: GroupLimits;
  readonly sharedAliases?: boolean;
}

/** What was added to somebody or to a team, until its test ends. */
interface Added {
  readonly aliases: ReadonlyMap<string, readonly string[]>;
  readonly members: ReadonlyMap<string, readonly string[]>;
}

const NOTHING: Added = { aliases: new Map(), members: new Map() };

/** The population as the suite examines whatever is made of a people file. */
export function peopleSubject(open: OpenText): Examination {
  let added = NOTHING;
  let whole: Directory | undefined;
  let changed: Directory | undefined;
  const current = (): Directory => {
    const directory = changed ?? whole;
    if (directory === undefined) throw new Error('the directory is not open');
    return directory;
  };
  const change = async (next: Added): Promise<void> => {
    const before = { added, changed };
    added = next;
    changed = await open(writePeople(added), {});
    const own = changed;
    onTestFinished(async () => {
      ({ added, changed } = before);
      await own.close();
    });
  };
  const openForTest = async (rules: OpenedRules): Promise<Directory> => {
    const directory = await open(writePeople(added), rules);
    onTestFinished(() => directory.close());
    return directory;
  };
  return {
    subject: {
      lacks: ['unusable addresses', 'accounts without address', 'dangling members', 'remote store'],
      id: /^[a-z\d]+$/,
      logins: ({ id }) => [id],
      open: (groups) => openForTest({ groups }),
      openSharing: () => openForTest({ sharedAliases: true }),
      addAlias: (id, alias) => change({ ...added, aliases: plus(added.aliases, id, alias) }),
      addMember: (team, id) => change({ ...added, members: plus(added.members, team, id) }),
    },
    start: async () => {
      whole = await open(writePeople(NOTHING), {});
      const directory: Directory = {
        find: (key, how) => current().find(key, how),
        probe: (signal) => current().probe(signal),
        domains: async (signal) => need(await current().domains?.(signal)),
        table: (definition) => need(current().table?.(definition)),
        close: async () => await whole?.close(),
      };
      return directory;
    },
  };
}

function need<T>(member: T | undefined): T {
  if (member === undefined) throw new Error('the directory has not what the suite asks for');
  return member;
}

const plus = (map: Added['aliases'], key: string, value: string): Added['aliases'] =>
  new Map([...map, [key, [...(map.get(key) ?? []), value]]]);

/** Writes the population as a people file (JSON is YAML). With changes it leaves out the crowd: no test needs both. */
function writePeople({ aliases, members }: Added): string {
  const isChanged = aliases.size + members.size > 0;
  const people = PERSONS.filter(
    ({ id, mail }) => mail.length > 0 && id !== 'paren' && !(isChanged && /^u\d{4}$/.test(id)),
  );
  return JSON.stringify({
    accounts: people.map((person) => ({
      ...accountOf(person),
      aliases: [...person.mail.slice(1), ...person.aliases, ...(aliases.get(person.id) ?? [])],
    })),
    groups: TEAMS.map((team) => ({
      id: team.id,
      address: team.mail,
      members: [...membersOf(team, people, members.get(team.id) ?? []), ...team.externals],
    })),
    domains: ['example.test', 'bücher.example'],
    tables: {
      logins: Object.fromEntries(people.flatMap(({ id, mail }) => mail.map((each) => [each, id]))),
    },
  });
}

const accountOf = ({ id, mail: [address], state }: Person) => ({
  id,
  address,
  logins: state === 'shared' ? [] : [id],
  enabled: state !== 'disabled',
});

const membersOf = (
  { members, logins }: Team,
  people: readonly Person[],
  more: readonly string[],
): readonly string[] =>
  [...members, ...logins, ...more].flatMap(
    (id) =>
      people.find((each) => each.id === id)?.mail[0] ??
      TEAMS.find((each) => each.id === id)?.mail ??
      [],
  );
