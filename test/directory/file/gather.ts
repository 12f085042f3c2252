import { checkText } from '../../../src/directory/file/check.ts';
import {
  gatherPeople,
  type People,
  type PeopleRules,
} from '../../../src/directory/people/people.ts';

/** Gathers the people of a file's text, as a file directory does. */
export async function gather(text: string, rules: Partial<PeopleRules> = {}): Promise<People> {
  const checked = checkText(text, 'people.yaml');
  if ('problems' in checked) throw new Error(checked.problems.join('\n'));
  return gatherPeople(
    { ...checked.content, pieces: [checked.content] },
    { sharedAliases: false, groups: { depth: 3, members: 5 }, ...rules },
    'people.yaml',
  );
}
