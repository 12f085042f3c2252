import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { readCommands } from '../../deploy/generate/commands/facts.ts';
import { valuedNames } from '../../deploy/generate/commands/words.ts';
import { listCommandFiles } from '../../deploy/generate/commands/write.ts';
import { EXITS, nameOf } from '../../src/cli/exits.ts';
import { createProgram } from '../../src/cli.ts';
import { makePlace } from '../support/instance.ts';
import { describeWith } from '../support/requirement.ts';
import { ROOT, read } from './fixture.ts';

const files = Object.entries(listCommandFiles());

test.each(files)('%s is as its script says (else run `npm run reference`)', (path, text) => {
  expect(read(path)).toBe(text);
});

test('no page and no completion lies there that the script does not make', () => {
  const there = ['deploy/man', 'deploy/completion'].flatMap((folder) =>
    readdirSync(join(ROOT, folder)).map((name) => relative(ROOT, join(ROOT, folder, name))),
  );
  expect(there.toSorted()).toEqual(files.map(([path]) => path).toSorted());
});

const all = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(all)];
const program = await createProgram();
const commands = all(program).map((command) => [nameOf(command) || 'idpmap', command] as const);

/** What a command prints for `--help` where the terminal is as wide as any. */
function helpOf(command: Command): string {
  let shown = '';
  command.configureOutput({ writeOut: (text) => (shown += text), getOutHelpWidth: () => 80 });
  command.outputHelp();
  return shown;
}

test('serve is told as among all, where it alone is made', async () => {
  const { commands: made } = await createProgram('serve');
  const [serve] = program.commands;
  expect(made.map((each) => helpOf(each))).toEqual(serve && [helpOf(serve)]);
});

describe.each(commands)('the help of %s', (_, command) => {
  const help = helpOf(command);

  test('fits into 80 columns', () => {
    expect(help.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test.runIf(command.commands.length === 0)('tells the exit codes', () => {
    expect(help).toMatch(/\nExit codes:\n +0 {2}\S/);
    expect(help).toContain('\n  64  it was called wrongly\n');
  });
});

test('exit codes are told of commands that there are', () => {
  const known = commands.map(([name]) => name);
  expect(Object.keys(EXITS).filter((name) => !known.includes(name))).toEqual([]);
});

test.each(files.filter(([path]) => !path.endsWith('.5')))(
  'each command and option is in %s',
  (path, text) => {
    const words = readCommands(program).flatMap(({ name, options }) => [
      name.split(' ').at(-1) ?? '',
      ...options.flatMap(({ names }) => names.at(-1) ?? ''),
    ]);
    // fish has options without their hyphens.
    const written = path.endsWith('fish') ? words.map((word) => word.replace(/^--/, '')) : words;
    const plain = text.replaceAll('\\-', '-');
    expect(written.filter((word) => !plain.includes(word))).toEqual([]);
  },
);

test('no option has a value in one command and none in another: a shell could not tell', () => {
  const options = readCommands(program).flatMap((command) => command.options);
  const valued = options.filter(({ isValued }) => isValued).flatMap(({ names }) => names);
  expect(valuedNames(readCommands(program))).toEqual([...new Set(valued)].toSorted());
});

/** What a real bash offers for a line, whose last word is begun. */
function complete(...words: readonly string[]): readonly string[] {
  const script = `
    source deploy/completion/bash
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _idpmap
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const line = ['idpmap', ...words];
  const output = execFileSync('bash', ['-u', '-c', script, 'bash', ...line], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return output.trim().split('\n');
}

test.each<[readonly string[], readonly string[]]>([
  [['lo'], ['lookup']],
  [
    ['cache', ''],
    ['purge', '--help'],
  ],
  [
    ['cache', 'purge', '--d'],
    ['--demo', '--domain', '--directory'],
  ],
  [['--config', 'serve', 'che'], ['check']],
  [['-c', 'x.yaml', 'config', 'val'], ['validate']],
  [['import', 'ldap-table', '--keys', 're'], ['recipient']],
  [['check', '--config', 'READ'], ['README.md']],
  [['people', 'check', 'CHANGE'], ['CHANGELOG.md']],
  [['postfix', '--queue-directory', 'sr'], ['src']],
  [['lookup', '--endpoint', ''], ['']],
])('bash completes %j with %j', (words, offered) => {
  expect(complete(...words)).toEqual(offered);
});

test('bash offers every command', () => {
  const [{ commands: names } = { commands: [] }] = readCommands(program);
  expect(complete('')).toEqual(expect.arrayContaining([...names]));
});

/** Lines that are begun, and what a real zsh makes of them when the tabulator is pressed. */
const TYPED = [
  ['idpmap stat', 'idpmap status '],
  ['idpmap status --wat', 'idpmap status --watch '],
  ['idpmap postfix --re', 'idpmap postfix --relay '],
  ['idpmap init key', 'idpmap init keycloak '],
  ['idpmap cache pur', 'idpmap cache purge '],
  ['idpmap xyz', 'idpmap xyz'],
] as const;

describeWith(['zsh'], 'a real zsh', () => {
  test('completes commands, commands of commands and options, and nothing that is none', async () => {
    const place = await makePlace();
    // It finds a completion by its name.
    await copyFile(join(ROOT, 'deploy/completion/zsh'), join(place, '_idpmap'));
    const typing = join(ROOT, 'test/support/complete.zsh');
    const printed = execFileSync('zsh', ['-f', typing, place, ...TYPED.map(([begun]) => begun)], {
      encoding: 'utf8',
      timeout: 50_000,
    });
    expect(printed.trimEnd().split('\n')).toEqual(TYPED.map(([, completed]) => completed));
  });
});

const PAGES = files.map(([path]) => path).filter((path) => path.startsWith('deploy/man/'));

describeWith(['man'], 'the pages of the manual', () => {
  test.each(PAGES)('%s has nothing that man warns of', (page) => {
    const { stdout, stderr, status } = spawnSync('man', ['--warnings', '--local-file', page], {
      cwd: ROOT,
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C.UTF-8', MANWIDTH: '80', MANPAGER: 'cat' },
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });
});
