import type { Directory, Entry } from '../../../src/directory/directory.ts';
import { valuesOf } from '../../../src/directory/finding.ts';
import { askEntries } from '../../../src/directory/people/ask.ts';
import type { CleanFigures } from '../../../src/directory/people/clean.ts';
import type { HoldingRules } from '../../../src/directory/people/owners.ts';
import { PERSONS, type Person, TEAMS, type Team } from '../ldap/population.ts';

/** What not every kind of directory can hold. What one lacks stands in the titles of its tests. */
export type Ability =
  /** Addresses beyond ASCII as they are written. */
  | 'unicode addresses'
  /** Characters of more than 16 bits: MariaDB has columns (utf8mb3) that none can be asked for in. */
  | 'letters beyond 16 bits'
  /** Addresses that can stand in no reply; where they are lacked, content that has one is refused. */
  | 'unusable addresses'
  /** A store that is asked, one question after the other; where it is lacked, all that there is lies in memory. */
  | 'remote store'
  /** Accounts without an address of their own. */
  | 'accounts without address'
  /** Mailboxes that nobody may log in to. */
  | 'shared mailboxes'
  /** Groups that are members of each other. */
  | 'circles'
  /** Members that are addresses. */
  | 'external members'
  /** Groups without members: what can't show that there is none doubts them. */
  | 'empty groups'
  /** Members by login alone. */
  | 'members by login'
  /** Names of members that lead nowhere. */
  | 'dangling members'
  /** Tables; the one called `logins` gives the login of whoever has an address. */
  | 'tables'
  /** A search that lists `MAIL_DOMAINS`. */
  | 'domains';

/** How far groups may reach. */
export interface GroupLimits {
  readonly depth?: number;
  readonly members?: number;
}

/** A directory that holds the people of `population.ts`, and what its administrator does. */
export interface Subject {
  readonly lacks: readonly Ability[];
  /** What ids look like. */
  readonly id: RegExp;
  /** The logins that may send as somebody who may log in. */
  logins(person: Person): readonly string[];
  /** Opens it once more, with other limits; it is closed when the test ends. */
  open(limits: GroupLimits): Promise<Directory>;
  /** Opens it once more, letting accounts share aliases; absent: whoever asks decides that. */
  openSharing?(): Promise<Directory>;
  /** Gives somebody another alias until the test ends. */
  addAlias(id: string, alias: string): Promise<void>;
  /** Makes somebody, or a team, a member until the test ends. */
  addMember(team: string, id: string): Promise<void>;
}

/** A subject, and one directory for many tests, which is there when they run. */
export interface Examined {
  readonly subject: Subject;
  readonly directory: () => Directory;
}

/** Asks as the daemon does. */
export async function ask(
  directory: Directory,
  address: string,
  rules: HoldingRules = { sharedAliases: false },
  figures: CleanFigures = { dropped: 0 },
): Promise<readonly Entry[]> {
  const { signal } = new AbortController();
  return valuesOf(await askEntries(directory, rules, figures)(address, { signal }));
}

/** An entry but for its id, in a form that can be compared: the order of lists says nothing. */
export type Portrait = Omit<Entry, 'id'>;

/** What is expected of an entry that was found, or was found. */
export function portray({ kind, address, enabled, ...lists }: Portrait): Portrait {
  const { aliases, logins, members } = lists;
  return {
    kind,
    address,
    aliases: aliases.toSorted(),
    logins: logins.toSorted(),
    members: members.toSorted(),
    enabled,
  };
}

/** What has to be found of somebody who has an address. */
export function portraitOf(person: Person, subject: Subject): Portrait {
  const [address = '', ...others] = person.mail;
  return portray({
    kind: 'account',
    address,
    aliases: [...others, ...person.aliases],
    logins: isShared(person, subject) ? [] : subject.logins(person),
    members: [],
    enabled: person.state !== 'disabled',
  });
}

const isShared = ({ state }: Person, { lacks }: Subject): boolean =>
  state === 'shared' && !lacks.includes('shared mailboxes');

/** What has to be found of a team, of whose members `lacks` may leave out some. */
export function portraitOfTeam(team: Team, subject: Subject): Portrait {
  const people = membersOf(team, subject.lacks).filter(({ state }) => state !== 'disabled');
  const externals = subject.lacks.includes('external members') ? [] : team.externals;
  return portray({
    kind: 'group',
    address: team.mail,
    aliases: [],
    logins: people.flatMap((person) => portraitOf(person, subject).logins),
    members: [...people.flatMap(({ mail }) => mail.slice(0, 1)), ...externals],
    enabled: true,
  });
}

/** The people in a team and in the teams within it, each once. */
function membersOf(team: Team, lacks: Subject['lacks'], seen = new Set<Team>()): readonly Person[] {
  if (seen.has(team)) return [];
  seen.add(team);
  const inner = TEAMS.filter(({ id }) => team.members.includes(id));
  const logins = lacks.includes('members by login') ? [] : team.logins;
  const own = PERSONS.filter(({ id }) => team.members.includes(id) || logins.includes(id));
  return [...new Set([...own, ...inner.flatMap((each) => membersOf(each, lacks, seen))])];
}

/** Somebody of the population. */
export function personCalled(id: string): Person {
  const person = PERSONS.find((each) => each.id === id);
  if (person === undefined) throw new Error(`nobody is called ${id}`);
  return person;
}

/** A team of the population. */
export function teamCalled(id: string): Team {
  const team = TEAMS.find((each) => each.id === id);
  if (team === undefined) throw new Error(`no team is called ${id}`);
  return team;
}

/** What a doubt about one key alone looks like. */
export const DOUBT = { name: 'Fault', kind: 'entry' };
