import type { Command, Option } from 'commander';
import { type Exits, exitsOf, nameOf, tellExits } from '../../../src/cli/exits.ts';

/** One option of a command, as its help has it. */
export interface OptionFacts {
  /** `-c, --config <file>`. */
  readonly flags: string;
  readonly names: readonly string[];
  readonly description: string;
  /** What stands behind it: `<file>`; absent: nothing does. */
  readonly value?: string;
  /** Whether a value has to follow. */
  readonly isValued: boolean;
  readonly choices: readonly string[];
  readonly preset?: string;
}

/** What a command is called with, beside its options. */
export interface ArgumentFacts {
  /** `<file>`, `[addresses...]`. */
  readonly written: string;
  readonly name: string;
}

/** One command, or what groups several. */
export interface CommandFacts {
  /** Without the program's own: `cache purge`; empty: the program. */
  readonly name: string;
  readonly description: string;
  readonly usage: string;
  readonly arguments: readonly ArgumentFacts[];
  readonly options: readonly OptionFacts[];
  /** The names of those that it groups. */
  readonly commands: readonly string[];
  readonly exits: Exits;
  /** What its help says below the options, in paragraphs. */
  readonly notes: readonly string[];
}

/** All that a program's commands say of themselves: the program first, then each in the order of the help. */
export function readCommands(command: Command): readonly CommandFacts[] {
  const shown = command.createHelp().visibleCommands(command);
  const below = shown.filter((each) => command.commands.includes(each));
  return [
    {
      name: nameOf(command),
      description: command.description(),
      usage: command.usage(),
      arguments: command.registeredArguments.map((argument) => ({
        name: argument.name(),
        written: bracket(argument.name() + (argument.variadic ? '...' : ''), argument.required),
      })),
      options: command.createHelp().visibleOptions(command).map(readOption),
      commands: below.map((each) => each.name()),
      exits: exitsOf(command),
      notes: notesOf(command),
    },
    ...below.flatMap(readCommands),
  ];
}

const bracket = (text: string, required: boolean): string => (required ? `<${text}>` : `[${text}]`);

function readOption(option: Option): OptionFacts {
  const value = /[<[].*$/.exec(option.flags)?.[0];
  const preset: unknown = option.defaultValue;
  return {
    flags: option.flags,
    names: [option.short, option.long].filter((name) => name !== undefined),
    description: option.description,
    ...(value === undefined ? {} : { value }),
    isValued: option.required,
    choices: option.argChoices ?? [],
    ...(typeof preset === 'string' ? { preset } : {}),
  };
}

/** What a command's help has behind the part that is made of its options. */
function notesOf(command: Command): readonly string[] {
  let shown = '';
  const former = command.configureOutput();
  command.configureOutput({ writeOut: (text) => (shown += text) });
  command.outputHelp();
  command.configureOutput(former);
  const rest = shown.replace(command.helpInformation(), '').replace(tellExits(command), '');
  return rest
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.replaceAll(/\s+/g, ' ').trim())
    .filter((paragraph) => paragraph !== '');
}
