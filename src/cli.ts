#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import type { AddCommand, ExitWith } from './cli/commands/add.ts';
import type { CommonOptions } from './cli/common.ts';
import { CliError, EXIT } from './cli/exit.ts';
import { tellExits } from './cli/exits.ts';
import { forgiveReaders } from './cli/readers.ts';
import { ROOT } from './home.ts';
import { forJournal, isJournal } from './journal.ts';
import { printableLines } from './printable.ts';
import { nameSources } from './stack.ts';

const { version }: { version: string } = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
);

/**
 * Creates the program: with all its commands, or where `first` says that it is called for `serve`, with that one alone. To
 * describe the others takes a daemon a twentieth of its start. It reads no argument before it is told to.
 */
export async function createProgram(first?: string): Promise<Command> {
  const program = new Command('idpmap')
    .description('Answers Postfix’s lookups from your identity provider.')
    .version(version)
    .exitOverride()
    .showSuggestionAfterError()
    // Whatever the longest command's arguments are: else none of the lines is broken.
    .configureHelp({ minWidthToWrap: 24 })
    .addHelpText(
      'after',
      '\nThe manual: idpmap(1), its settings: idpmap.yaml(5), or docs/configuration.md.',
    )
    .addHelpText('afterAll', ({ command }) => tellExits(command));
  add(program, 'serve', 'answer Postfix until told to stop')
    .option('--takeover', 'take the endpoints over from a running daemon, which then stops')
    .action((options: CommonOptions) =>
      exitWith(import('./cli/serve.ts').then(({ serve }) => serve(options))),
    );
  if (first === 'serve') return program;
  const { addCommands } = await import('./cli/commands.ts');
  addCommands(add, program, exitWith);
  return program;
}

/** Adds a command with the options that all have. */
const add: AddCommand = (parent, usage, description) =>
  parent
    .command(usage)
    .description(description)
    .option(
      '-c, --config <file>',
      'the configuration; else IDPMAP_CONFIG, else /etc/idpmap/idpmap.yaml',
    )
    .option('--demo', 'use the demo’s configuration')
    .option('--json', 'print JSON');

/** Hands a command's exit code on. Its code is loaded by then only: a daemon needs none of the others'. */
const exitWith: ExitWith = async (code) => {
  process.exitCode = await code;
};

/** Runs the command that the process was started with. */
export async function main(): Promise<void> {
  forgiveReaders();
  try {
    const program = await createProgram(process.argv[2]);
    await program.parseAsync();
  } catch (error) {
    process.exitCode = report(error);
  }
}

if (import.meta.main) await main();

/** Tells what went wrong, without a stack where it is not ours; gives the exit code. */
function report(error: unknown): number {
  const tell = (said: string): void => {
    const text = `idpmap: ${printableLines(said)}\n`;
    process.stderr.write(isJournal(2, process.env) ? forJournal('error', text) : text);
  };
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof CliError) {
    tell(error.message);
    return error.code;
  }
  tell(error instanceof Error ? nameSources(error.stack ?? error.message) : String(error));
  return EXIT.software;
}
