import { type Directory, Fault } from '../directory.ts';
import { checkText } from '../file/check.ts';
import { answerFrom, type ListingSettings } from '../people/answers.ts';
import { gatherPeople, type PeopleRules } from '../people/people.ts';

/** The domains that the demo's configuration gives to its directory. */
export const DEMO_DOMAINS: readonly string[] = ['example.com', 'test.com'];

/** A people file with one of each kind. It is printed by nobody, but may be copied as a beginning. */
export const DEMO_PEOPLE = `\
accounts:
  - { address: test@example.com }
  - { address: user@example.com, aliases: [info@example.com, u.ser@example.com], logins: [user, user@example.com] }
  - { address: admin@example.com, aliases: [root@example.com] }
  - { address: postmaster@example.com, aliases: [abuse@example.com] }
  - { address: noreply@example.com, logins: [] }       # receives, but nobody may send as it
  - { address: former@example.com, enabled: false }
groups:
  - { address: team@example.com, members: [user@example.com, admin@example.com, former@example.com] }
  - { address: all@example.com, members: [team@example.com, test@example.com, partner@example.net] }
open: [test.com]                                       # every address exists here
tables:
  blacklist: { 192.0.2.7: REJECT go away, spam.example: REJECT }
`;

/** What the demo goes by. */
export interface Demonstrated extends ListingSettings, PeopleRules {
  /** A people file. */
  readonly text: string;
}

const DEMO: Demonstrated = {
  text: DEMO_PEOPLE,
  listDomains: false,
  sharedAliases: false,
  groups: { depth: 5, members: 100 },
};

/** Creates the directory of `serve --demo`: a file directory whose content is built in. */
export async function createDemoDirectory(demonstrated: Demonstrated = DEMO): Promise<Directory> {
  const checked = checkText(demonstrated.text, 'demo');
  if ('problems' in checked) throw new Fault('bug', checked.problems.join('; '));
  const { content } = checked;
  const people = await gatherPeople({ ...content, pieces: [content] }, demonstrated, 'demo');
  return {
    ...answerFrom(() => ({ people }), demonstrated),
    async close() {},
  };
}
