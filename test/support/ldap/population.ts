/** What an account may be: `shared` is a mailbox that nobody logs in to; `locked` is locked for a while by wrong guesses. */
export type AccountState = 'enabled' | 'disabled' | 'shared' | 'locked';

/** Somebody, as every server of the tests knows them. */
export interface Person {
  /** Login, and the last part of the name in the directory where that goes by logins. */
  readonly id: string;
  readonly name: string;
  /** More than one value only where the server has more than one; elsewhere the others are aliases. */
  readonly mail: readonly string[];
  readonly aliases: readonly string[];
  readonly state: AccountState;
}

/** A group, as every server of the tests knows it. */
export interface Team {
  readonly id: string;
  readonly mail: string;
  /** Ids of people and teams. */
  readonly members: readonly string[];
  /** Members by login alone, as a `posixGroup` has them. */
  readonly logins: readonly string[];
  /** Addresses that are members; Active Directory has none. */
  readonly externals: readonly string[];
  /** Members that are not there; Active Directory has none. */
  readonly missing: readonly string[];
}

/** How many small accounts there are, all in the team `big`. Windows cuts lists at 1500; Samba only where it is asked to. */
export const CROWD = 1600;

/** The domains that people have addresses in. */
export const MAIL_DOMAINS: readonly string[] = ['example.test', 'xn--bcher-kva.example'];

const crowd = Array.from({ length: CROWD }, (_, i) => `u${String(i + 1).padStart(4, '0')}`);

/** Everybody. */
export const PERSONS: readonly Person[] = [
  person('ann', 'Ann Smith', { aliases: ['a.smith@example.test', 'ann.smith@example.test'] }),
  person('bob', 'Bob Brown'),
  person('cy', 'Cy Closed', { aliases: ['c.closed@example.test'], state: 'disabled' }),
  person('dora', 'Dora Desk', { aliases: ['desk@example.test'], state: 'shared' }),
  person('lou', 'Lou Locked', { state: 'locked' }),
  person('juergen', 'Jürgen Groß'),
  person('buch', 'Ünal Bücher', {
    mail: ['buch@xn--bcher-kva.example'],
    aliases: ['info@xn--bcher-kva.example'],
  }),
  person('ohara', 'Odd Quote', { mail: ["o'hara@example.test"] }),
  person('plus', 'Odd Plus', { mail: ['a+b@example.test'] }),
  person('star', 'Odd Star', { mail: ['x*y@example.test'] }),
  person('paren', 'Odd Bracket', { mail: ['p(q)@example.test'] }),
  person('gina', 'Gina Shares', { aliases: ['shared@example.test'] }),
  person('hal', 'Hal Shares', { aliases: ['shared@example.test'] }),
  person('mia', 'Mia Two', { mail: ['mia@example.test', 'mia.second@example.test'] }),
  person('nomail', 'Nobody Writes', { mail: [] }),
  ...crowd.map((id) => person(id, id)),
];

/** All groups: nested ones, a circle, a big one, an empty one, and one of each way to be a member. */
export const TEAMS: readonly Team[] = [
  team('team', { members: ['ann', 'bob', 'cy'] }),
  team('nested', { members: ['team', 'dora'] }),
  team('loop1', { members: ['loop2', 'bob'] }),
  team('loop2', { members: ['loop1'] }),
  team('world', { members: ['juergen', 'buch'] }),
  team('big', { members: crowd }),
  team('external', { members: ['bob'], externals: ['friend@elsewhere.example'] }),
  team('dangling', { members: ['ann'], missing: ['departed'] }),
  team('empty', {}),
  team('staff', { logins: ['ann', 'bob', 'cy'] }),
];

function person(id: string, name: string, more: Partial<Person> = {}): Person {
  return { id, name, mail: [`${id}@example.test`], aliases: [], state: 'enabled', ...more };
}

function team(id: string, more: Partial<Team>): Team {
  const nobody = { members: [], logins: [], externals: [], missing: [] };
  return { id, mail: `${id}@example.test`, ...nobody, ...more };
}
