import { PERSONS, type Person, TEAMS, type Team } from '../ldap/population.ts';

/** Anything of a realm, in the words of Keycloak's JSON. */
export type Representation = Readonly<Record<string, unknown>>;

/** The attribute of users that holds their aliases. Only administrators see and change it. */
export const ALIAS_ATTRIBUTE = 'mailAlias';

/** The attribute of users that holds another address than their e-mail, for realms that keep a private one there. */
export const ADDRESS_ATTRIBUTE = 'mailAddress';

/** The attribute of groups that holds their address. */
export const GROUP_ATTRIBUTE = 'mail';

/** Keycloak's groups are a tree, so teams of a circle are not there; nor are members that it does not know. */
const CIRCLE: ReadonlySet<string> = new Set(['loop1', 'loop2']);

const teams = TEAMS.filter(({ id }) => !CIRCLE.has(id));

/** People of Keycloak's own: what it keeps as it is, and what it may know of somebody besides. */
const ODD_PERSONS: readonly Representation[] = [
  { username: 'una', email: 'una@example.test', emailVerified: false },
  { username: 'rita', email: 'rita@example.test', requiredActions: ['UPDATE_PASSWORD'] },
  { username: 'nora@example.test' },
  {
    username: 'olga',
    email: 'olga@private.example',
    attributes: { [ADDRESS_ATTRIBUTE]: ['olga@example.test'] },
  },
  {
    username: 'uwe',
    email: 'Uwe.Upper@Example.TEST',
    attributes: { [ALIAS_ATTRIBUTE]: ['Office.Upper@Example.Test'] },
  },
  { username: 'under', email: 'under_score@example.test' },
  { username: 'underx', email: 'underxscore@example.test' },
  { username: 'percent', email: 'per%cent@example.test' },
  { username: 'ulf', email: 'ulf@bücher.example' },
];

/** The people of `population.ts`, and some whom only Keycloak knows. */
export const USERS: readonly Representation[] = [
  ...PERSONS.map(toUser),
  ...ODD_PERSONS.map((person) => ({ enabled: true, emailVerified: true, ...person })),
];

/** The groups of `population.ts`: a team lies below the first that it is a member of. */
export const GROUPS: readonly Representation[] = teams
  .filter((team) => parentOf(team) === undefined)
  .map(toGroup);

/** So many people `user0@bulk.test`, each with two aliases. */
export function makeBulk(count: number): readonly Representation[] {
  return Array.from({ length: count }, (_, i) => ({
    username: `user${i}`,
    email: `user${i}@bulk.test`,
    enabled: true,
    emailVerified: true,
    attributes: { [ALIAS_ATTRIBUTE]: [`alias${i}@bulk.test`, `info${i}@bulk.test`] },
  }));
}

/** Nobody is a mailbox that is closed to its owner, and nobody is locked: Keycloak's rows know on and off. */
function toUser({ id, name, mail, aliases, state }: Person): Representation {
  const [email, ...further] = mail;
  const [firstName, ...lastNames] = name.split(' ');
  return {
    username: id,
    firstName,
    lastName: lastNames.join(' '),
    enabled: state !== 'disabled',
    emailVerified: true,
    ...(email !== undefined && { email }),
    attributes: { [ALIAS_ATTRIBUTE]: [...further, ...aliases] },
    groups: teams
      .filter(({ members, logins }) => members.includes(id) || logins.includes(id))
      .map(pathOf),
  };
}

function toGroup(team: Team): Representation {
  return {
    name: team.id,
    attributes: { [GROUP_ATTRIBUTE]: [team.mail] },
    subGroups: teams.filter((each) => parentOf(each) === team).map(toGroup),
  };
}

function parentOf({ id }: Team): Team | undefined {
  return teams.find(({ members }) => members.includes(id));
}

function pathOf(team: Team): string {
  const parent = parentOf(team);
  return `${parent === undefined ? '' : pathOf(parent)}/${team.id}`;
}
