import type { CommandFacts, OptionFacts } from './facts.ts';
import { bold, example, head, italic, layOut, literal, prose, term } from './roff.ts';

/** Writes `idpmap(1)`: all commands on one page. */
export function commandsPage(commands: readonly CommandFacts[], version: string): string {
  const [program, ...others] = commands;
  if (program === undefined) throw new Error('there is no program');
  const runnable = others.filter(({ commands: below }) => below.length === 0);
  return layOut([
    ...head('IDPMAP', 1, version),
    '.SH NAME',
    'idpmap \\- answers Postfix lookups from Keycloak, LDAP, SQL or a file',
    '.SH SYNOPSIS',
    ...runnable.flatMap((command, i) => [...(i === 0 ? [] : ['.br']), synopsis(command)]),
    '.SH DESCRIPTION',
    ...DESCRIPTION.flatMap((paragraph) => ['.PP', prose(paragraph)]).slice(1),
    '.SH COMMANDS',
    ...runnable.flatMap(tellCommand),
    '.SH OPTIONS',
    'These stand before a command, or alone.',
    ...program.options.flatMap(tellOption),
    '.SH EXIT STATUS',
    'Codes are those of sysexits(3); what a command means by others stands with it.',
    ...tellExits(program.exits),
    '.SH ENVIRONMENT',
    ...ENVIRONMENT.flatMap(([name, text]) => term(bold(name), prose(text))),
    '.SH FILES',
    ...FILES.flatMap(([name, text]) => term(italic(name), prose(text))),
    '.SH EXAMPLES',
    ...EXAMPLES.flatMap(([text, lines]) => ['.PP', prose(text), ...example(lines)]).slice(1),
    '.SH SEE ALSO',
    '.BR idpmap.yaml (5),',
    '.BR socketmap_table (5),',
    '.BR postconf (5)',
  ]);
}

const DESCRIPTION = [
  'It answers what Postfix asks over the socketmap protocol: which domains are ours, which addresses are mailboxes, where aliases and groups lead, and who may send as whom. It asks Keycloak, LDAP, a database or a file for that, and remembers what they said.',
  'What it does not know it does not deny: “not found” bounces mail, and is said only when a directory has just said so. In an outage known people go on receiving, and mail for others is deferred.',
];

const ENVIRONMENT = [
  ['IDPMAP_CONFIG', 'The configuration, where `--config` does not name one.'],
  [
    'IDPMAP_…',
    'Every setting is a variable too: `deadline` is `IDPMAP_DEADLINE`. `idpmap config env` prints all.',
  ],
] as const;

const FILES = [
  ['/etc/idpmap/idpmap.yaml', 'The configuration, where nothing names another.'],
  ['/usr/share/doc/idpmap', 'In packages: all pages, alerts and dashboards.'],
] as const;

const EXAMPLES = [
  ['Try it, with people who are made up:', 'idpmap serve --demo'],
  [
    'Look whether the configuration, its directories and this machine are right:',
    'idpmap check\nidpmap doctor',
  ],
  ['See why an address is answered as it is:', 'idpmap explain ann@example.org'],
  ['Ask as Postfix does:', 'idpmap lookup user-exists ann@example.org'],
] as const;

const synopsis = ({ name, arguments: given, options }: CommandFacts): string =>
  [
    bold(`idpmap ${name}`),
    ...(options.length > 1 ? [`[${italic('options')}]`] : []),
    ...given.map(({ written }) => writeArgument(written)),
  ].join(' ');

/** The brackets of what may be left out stay, those of what may not are the slant. */
const writeArgument = (written: string): string => {
  const name = written.replaceAll(/[<>[\]]/g, '').replace(/\.\.\.$/, '');
  const text = italic(name) + (written.includes('...') ? ' ...' : '');
  return written.startsWith('[') ? `[${text}]` : text;
};

function tellCommand(command: CommandFacts): readonly string[] {
  const { name, description, options, notes, exits } = command;
  const own = options.filter(({ names }) => !names.includes('--help'));
  const codes = Object.entries(exits).filter(([code]) => code !== '64' && code !== '70');
  return [
    `.SS ${literal(name)}`,
    synopsis(command),
    '.PP',
    prose(sentence(description)),
    ...notes.flatMap((note) => ['.PP', prose(note)]),
    ...own.flatMap(tellOption),
    '.PP',
    prose(`Exits with ${codes.map(([code, meaning]) => `${code}: ${meaning}`).join('; ')}.`),
  ];
}

const sentence = (text: string): string =>
  text.charAt(0).toUpperCase() + text.slice(1) + (text.endsWith('.') ? '' : '.');

function tellOption({ flags, value, description, choices, preset }: OptionFacts) {
  const names = flags.slice(0, flags.length - (value?.length ?? 0)).trim();
  const title = value === undefined ? bold(names) : `${bold(names)} ${writeArgument(value)}`;
  const more = [
    ...(choices.length > 0 ? [`One of ${choices.join(', ')}.`] : []),
    ...(preset === undefined ? [] : [`Default: ${preset}.`]),
  ].join(' ');
  return term(title, prose(`${sentence(description)} ${more}`.trim()));
}

const tellExits = (exits: CommandFacts['exits']): readonly string[] =>
  Object.entries(exits).flatMap(([code, meaning]) => term(bold(code), prose(sentence(meaning))));
