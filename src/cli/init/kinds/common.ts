import { resolve } from 'node:path';
import { parseDomain, spellAddress } from '../../../address/address.ts';
import { explainUnreadable, readValueFile } from '../../../config/sources/secret.ts';
import { reasonOf } from '../../../reason.ts';
import type { Answers, Question } from '../ask/question.ts';
import { scalar } from '../scalar.ts';

/** The words of an answer that may be several. */
export const wordsOf = (text = ''): readonly string[] =>
  text.split(/[\s,]+/).filter((word) => word !== '');

/** Checks each of several words, of which there is one at least. */
export const eachOf =
  (read: (word: string) => string | undefined, fault: string) =>
  (text: string): string => {
    const words = wordsOf(text);
    if (words.length === 0) throw new SyntaxError(`there has to be one, ${fault}`);
    return words
      .map((word) => {
        const value = read(word);
        if (value === undefined) throw new SyntaxError(`${word} is none, ${fault}`);
        return value;
      })
      .join(' ');
  };

/** Lets an answer be empty. */
export const orNothing =
  <T extends string | Promise<string>>(check: (text: string, answers: Answers) => T) =>
  (text: string, answers: Answers): T | '' =>
    text === '' ? '' : check(text, answers);

export const readDomains = eachOf(parseDomain, 'write it like example.org');

export const readAddresses = eachOf(
  (word) => (/^[^@]+@[^@]+$/.test(word) ? spellAddress(word) : undefined),
  'write it like ann@example.org',
);

/** One of some words. */
export const oneOf =
  (words: readonly string[]) =>
  (text: string): string => {
    if (words.includes(text)) return text;
    throw new SyntaxError(`${text} is none of ${words.join(', ')}`);
  };

/** Text in one line, which is there. */
export function anything(text: string): string {
  if (text === '') throw new SyntaxError('there has to be an answer');
  return text;
}

/** A file that can be read, by its whole name. */
export async function readableFile(text: string): Promise<string> {
  const path = resolve(text);
  try {
    await readValueFile(path);
    return path;
  } catch (error) {
    throw new SyntaxError(
      error instanceof Error ? error.message : await explainUnreadable(path, reasonOf(error)),
      { cause: error },
    );
  }
}

/** A secret that is in a file already. It has no question: who has a file says so by the option. */
export const secretFile = (option: string): Question => ({
  name: 'secretFile',
  option,
  suggest: () => '',
  check: orNothing(readableFile),
});

/** What idpmap logs in with, that is there or is yet to be made. */
interface Login {
  readonly name: Question;
  /** Its option names a file. */
  readonly secret: Pick<Question, 'name' | 'option'> & {
    /** What it is called: `password`. */
    readonly word: string;
    /** What has none before it is made: `the login`. */
    readonly of: string;
  };
}

/** Asks for the login that idpmap has, and for its secret where no file has it; none says that it is yet to be made. */
export const login = ({ name, secret: { word, of, ...secret } }: Login): readonly Question[] => [
  { suggest: () => 'idpmap', check: anything, ...name },
  secretFile(secret.option),
  {
    ...secret,
    text: `Its ${word} (it is not shown); nothing where ${of} is yet to be made`,
    isAsked: ({ secretFile: kept = '' }) => kept === '',
    suggest: () => '',
    isSecret: true,
  },
];

/** The domains of the mail, each with its directory; `postmaster` is who gets mail for those that each domain has to have. */
export function domainLines(
  { domain, postmaster = '' }: Answers,
  directory: string,
): readonly string[] {
  const roles =
    postmaster === ''
      ? ''
      : `, roles: { postmaster: ${scalar(postmaster)}, abuse: ${scalar(postmaster)} }`;
  return [
    'domains:',
    ...wordsOf(domain).map((name) => `  ${scalar(name)}: { directory: ${directory}${roles} }`),
  ];
}

/** Who gets the mail that no domain may refuse. */
export const postmaster = (suggest: (answers: Answers) => string): Question => ({
  name: 'postmaster',
  text: 'Who gets mail for postmaster and abuse (an address)',
  option: '--postmaster',
  suggest,
  check: orNothing((text) => {
    const addresses = readAddresses(text);
    if (addresses.includes(' ')) throw new SyntaxError(`${text} is more than one, name a group`);
    return addresses;
  }),
});
