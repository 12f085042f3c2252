import type { Command } from 'commander';

/** What an exit code means, by the code. */
export type Exits = Readonly<Record<number, string>>;

/** What codes mean whatever the command: those of sysexits(3), which mail software speaks. */
const ALWAYS: Exits = {
  0: 'done',
  64: 'it was called wrongly',
  70: 'a bug of idpmap',
};

/** What they mean of a command that reads the configuration. */
const CONFIGURED: Exits = { 78: "the configuration can't be used" };

const NO_DAEMON = 'no daemon answers';

/** What else they mean, by the command without `idpmap`: whatever a command ends with stands here. */
export const EXITS: Readonly<Record<string, Exits>> = {
  serve: { 0: 'told to stop', 69: 'an endpoint is in use' },
  lookup: {
    0: 'OK, or what was expected',
    1: 'NOTFOUND, or not what was expected',
    69: NO_DAEMON,
    75: 'TEMP',
    78: "PERM, or the configuration can't be used",
  },
  explain: { 69: NO_DAEMON },
  status: {
    0: 'mail fares well',
    1: 'a warning',
    2: 'mail is deferred',
    69: NO_DAEMON,
  },
  check: { 0: 'nothing failed', 75: 'something failed' },
  doctor: { 0: 'nothing failed', 75: 'something failed' },
  accept: { 69: NO_DAEMON },
  postfix: {
    0: 'done, or nothing differs',
    1: '--diff: something differs',
    69: 'no Postfix answers',
  },
  'mirror status': { 1: 'one is behind, or holds people', 69: NO_DAEMON },
  'mirror sync': { 69: NO_DAEMON, 75: 'the directory could not be listed' },
  'mirror diff': { 1: 'they differ', 65: 'the directory could not be listed', 69: NO_DAEMON },
  drill: { 65: "a file can't be read" },
  compare: {
    0: 'nothing differs',
    1: 'something differs',
    65: "the old table or a file can't be read",
    69: 'no daemon answers, or there is no postmap',
    75: 'something could not be asked, or is TEMP',
    78: "the map is not there, or the configuration can't be used",
  },
  rcpt: {
    0: '2xx, or what was expected',
    1: '5xx, or not what was expected',
    65: "the address can't be used",
    69: 'no Postfix answers',
    75: '4xx, or no connection',
  },
  'cache purge': { 69: NO_DAEMON },
  'people check': { 0: 'no mistakes', 65: "mistakes, or it can't be read" },
  'people seal': { 65: "mistakes, or it can't be read" },
  ...forEach(['file', 'ldap', 'keycloak', 'postgresql', 'mysql', 'sqlite'], 'init', {
    65: "a file is there, or can't be written",
    75: 'it was tried, and failed',
    130: 'whoever was asked ended it',
  }),
  ...forEach(['ldap-table', 'pgsql-table', 'mysql-table', 'sqlite-table', 'sockmapd'], 'import', {
    65: "a file can't be read",
  }),
};

function forEach(
  names: readonly string[],
  group: string,
  exits: Exits,
): Readonly<Record<string, Exits>> {
  return Object.fromEntries(names.map((name) => [`${group} ${name}`, exits]));
}

/** The names of a command and of those that it is part of, without the program's: `cache purge`. */
export function nameOf(command: Command): string {
  const above = command.parent;
  if (above === null) return '';
  return [nameOf(above), command.name()].filter((name) => name !== '').join(' ');
}

/** What `command` may end with; nothing where it only groups others. */
export function exitsOf(command: Command): Exits {
  if (command.commands.length > 0 && command.parent !== null) return {};
  const isConfigured = command.options.some(({ long }) => long === '--config');
  return {
    ...ALWAYS,
    ...(isConfigured || command.parent === null ? CONFIGURED : {}),
    ...EXITS[nameOf(command)],
  };
}

/** Columns of a terminal that nobody made wider. */
const WIDTH = 80;

/** The end of a command's help: what it exits with. */
export function tellExits(command: Command): string {
  const exits = Object.entries(exitsOf(command));
  if (exits.length === 0) return '';
  const lines = exits.flatMap(([code, meaning]) => wrap(`${code.padStart(4)}  ${meaning}`, 6));
  return `\nExit codes:\n${lines.join('\n')}`;
}

/** Breaks a line at blanks, so that none is wider than a terminal; those after the first are indented. */
export function wrap(text: string, indent = 0, width = WIDTH): readonly string[] {
  const lines: string[] = [];
  let line = /^ */.exec(text)?.[0] ?? '';
  for (const word of text.trim().split(/(?<=\S) /)) {
    const longer = line.trim() === '' ? line + word : `${line} ${word}`;
    if (longer.length <= width) line = longer;
    else {
      lines.push(line);
      line = ' '.repeat(indent) + word;
    }
  }
  return [...lines, line];
}
