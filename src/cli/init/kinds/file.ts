import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseAddress } from '../../../address/address.ts';
import { checkBytes } from '../../../directory/file/check.ts';
import { explainFault } from '../ask/fault.ts';
import type { Kind, Plan } from '../ask/plan.ts';
import type { Answers } from '../ask/question.ts';
import { scalar } from '../scalar.ts';
import { quote } from '../shell.ts';
import { domainLines, postmaster, readAddresses, readDomains, wordsOf } from './common.ts';

/** What the file is called where nobody names it. */
const PEOPLE = 'people.yaml';

/** A people file, with the first accounts in it, or one that is there. */
export const file: Kind = {
  steps: [
    {
      name: 'people',
      text: 'A people file that you have, or nothing to begin one',
      option: '--people',
      suggest: () => '',
      check: readPeopleFile,
    },
    {
      name: 'account',
      text: 'Addresses of the first accounts, apart by blanks',
      option: '--account',
      isAsked: ({ people }) => people === undefined || people === '',
      check: readAddresses,
    },
    {
      name: 'domain',
      text: 'Domains of your mail, apart by blanks',
      option: '--domain',
      suggest: ({ account }) =>
        account === undefined ? undefined : domainsOf(wordsOf(account)).join(' '),
      check: readDomains,
    },
    postmaster(({ account }) => wordsOf(account)[0] ?? ''),
  ],
  plan: planFile,
};

const domainsOf = (addresses: readonly string[]): readonly string[] => [
  ...new Set(addresses.flatMap((text) => parseAddress(text)?.domain ?? [])),
];

/** Gives its whole name, once it has no mistakes. */
async function readPeopleFile(text: string): Promise<string> {
  if (text === '') return '';
  const path = resolve(text);
  const bytes = await readFile(path).catch((error: unknown) => {
    throw explainFault(`${path} can't be read`, error);
  });
  const checked = checkBytes(bytes, path);
  if ('problems' in checked) throw new SyntaxError(checked.problems.join('\n  '));
  return path;
}

function planFile(answers: Answers): Plan {
  const { people = '', account = '' } = answers;
  const lines = [
    '# Who has mail. "idpmap people check FILE" tells of mistakes; edits count as soon as the file is saved. Accounts may have',
    '# aliases: [a.smith@example.org]; groups: - { address: team@example.org, members: [ann@example.org] }',
    'accounts:',
    ...wordsOf(account).map((address) => `  - address: ${scalar(address)}`),
  ];
  return {
    config: (at) => [
      ...domainLines(answers, 'people'),
      'directories:',
      '  people:',
      '    type: file',
      `    path: ${scalar(people === '' ? at(PEOPLE) : people)}`,
    ],
    files: people === '' ? [{ name: PEOPLE, text: `${lines.join('\n')}\n` }] : [],
    commands:
      people === ''
        ? {
            head: ['# Commands that write the people file, beside idpmap.yaml.'],
            lines: [`cat >${quote(PEOPLE)} <<'END'`, ...lines, 'END'],
          }
        : { head: [], lines: [] },
  };
}
