import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createProgram } from '../../../src/cli.ts';
import { SCHEMA } from '../../../src/settings.ts';
import { bashCompletion } from './bash.ts';
import { readCommands } from './facts.ts';
import { fishCompletion } from './fish.ts';
import { commandsPage } from './manual.ts';
import { settingsPage } from './settings.ts';
import { zshCompletion } from './zsh.ts';

const program = await createProgram();

/** What is made of the commands and settings: text by place in the repository. */
export function listCommandFiles(): Readonly<Record<string, string>> {
  const commands = readCommands(program);
  const version = program.version() ?? '';
  return {
    'deploy/man/idpmap.1': commandsPage(commands, version),
    'deploy/man/idpmap.yaml.5': settingsPage(SCHEMA, version),
    'deploy/completion/bash': bashCompletion(commands),
    'deploy/completion/zsh': zshCompletion(commands),
    'deploy/completion/fish': fishCompletion(commands),
  };
}

if (import.meta.main)
  for (const [path, text] of Object.entries(listCommandFiles())) {
    const file = join(import.meta.dirname, '../../..', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
