import type { CommandFacts, OptionFacts } from './facts.ts';

/** What a shell offers in a place. */
export interface Offer {
  readonly kind: 'files' | 'directories' | 'words' | 'nothing';
  readonly words: readonly string[];
}

const NOTHING: Offer = { kind: 'nothing', words: [] };

/** What may stand behind an option. */
export function offerFor({ names, value = '', choices }: OptionFacts): Offer {
  if (choices.length > 0) return { kind: 'words', words: choices };
  if (names.some((name) => /^--(?:queue-directory|postfix-config)$/.test(name)))
    return { kind: 'directories', words: [] };
  return /^.(?:file|path)/.test(value) ? { kind: 'files', words: [] } : NOTHING;
}

/** What may stand where a command has its arguments. */
export const offerForArguments = ({ arguments: given }: CommandFacts): Offer =>
  given.some(({ name }) => /^files?$/.test(name)) ? { kind: 'files', words: [] } : NOTHING;

/** What follows an option, where one command has it as a value and another as a flag, is in doubt: no shell could tell. */
export function valuedNames(commands: readonly CommandFacts[]): readonly string[] {
  const options = commands.flatMap((command) => command.options);
  const valued = new Set(options.filter((each) => each.isValued).flatMap(({ names }) => names));
  const flags = options.filter((each) => !each.isValued).flatMap(({ names }) => names);
  const doubtful = flags.filter((name) => valued.has(name));
  return [...valued].filter((name) => !doubtful.includes(name)).toSorted();
}

/** The first clause of a description: a menu is narrow. */
export const brief = (text: string): string => text.split(/[:;] |, (?=exits)/)[0] ?? text;

export const MADE = 'made by `npm run reference` from the commands; edit those instead';
