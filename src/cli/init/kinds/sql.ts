import { resolve } from 'node:path';
import { MYSQL_PORT } from '../../../directory/mysql/settings.ts';
import { POSTGRESQL_PORT } from '../../../directory/postgresql/settings.ts';
import {
  PRESETS_OF,
  presetStatements,
  type SqlPresetName,
} from '../../../directory/sql/presets/presets.ts';
import type { Dialect } from '../../../directory/sql/text/tokens.ts';
import { asAnswer } from '../ask/fault.ts';
import { type Kind, NO_COMMANDS, type Plan } from '../ask/plan.ts';
import { type Answers, answerOf, type Options, type Question } from '../ask/question.ts';
import { prepareMysql, preparePostgresql, prepareSqlite, readHost } from '../sql.ts';
import { anything, login, oneOf, readableFile, readDomains, wordsOf } from './common.ts';

const presetQuestion = (dialect: Dialect): Question => ({
  name: 'preset',
  text: `Whose tables they are (${PRESETS_OF[dialect].join(', ')})`,
  option: '--preset',
  check: oneOf(PRESETS_OF[dialect]),
});

/** The database lists domains, or nobody does. */
const domainQuestion = (dialect: Dialect): Question => ({
  name: 'domain',
  text: 'Domains of your mail, apart by blanks; nothing for those that the database lists',
  option: '--domain',
  suggest: () => '',
  check: (text, { preset = '' }) => {
    const known = PRESETS_OF[dialect].find((each) => each === preset);
    const lists = known !== undefined && presetStatements(known, dialect).listDomains !== undefined;
    return text === '' && lists ? '' : readDomains(text);
  },
});

const server = (dialect: 'postgresql' | 'mysql'): readonly Question[] => {
  const [socket, port] =
    dialect === 'mysql'
      ? (['/run/mysqld/mysqld.sock', MYSQL_PORT] as const)
      : (['/run/postgresql', POSTGRESQL_PORT] as const);
  return [
    {
      name: 'host',
      text: 'The servers, HOST:PORT or a socket, apart by blanks',
      option: '--host',
      suggest: () => socket,
      check: asAnswer('--host', (text) => {
        for (const each of wordsOf(text)) readHost(each, port);
        return anything(text);
      }),
    },
    {
      name: 'database',
      text: 'The name of the database',
      option: '--database',
      check: anything,
    },
    ...login({
      name: {
        name: 'user',
        text: 'The login that idpmap has, or that is to be made',
        option: '--user',
      },
      secret: { name: 'password', option: '--password-file', word: 'password', of: 'the login' },
    }),
  ];
};

const serverKind = (dialect: 'postgresql' | 'mysql'): Kind => ({
  steps: [...server(dialect), presetQuestion(dialect), domainQuestion(dialect)],
  plan: (answers, options) => planServer(dialect, answers, options),
});

/** A database of PostgreSQL, by a login that is there or is yet to be made. */
export const postgresql: Kind = serverKind('postgresql');

/** The same for MySQL and MariaDB. */
export const mysql: Kind = serverKind('mysql');

/** A file of SQLite. */
export const sqlite: Kind = {
  steps: [
    {
      name: 'path',
      text: 'The file of SQLite',
      option: '--path',
      check: readableFile,
    },
    presetQuestion('sqlite'),
    domainQuestion('sqlite'),
  ],
  plan: (answers, options) => ({
    config: () =>
      prepareSqlite({
        ...commonOf('sqlite', answers, options),
        path: resolve(answers['path'] ?? ''),
      }).config,
    files: [],
    commands: commandsOf(
      prepareSqlite({
        ...commonOf('sqlite', answers, options),
        path: resolve(answers['path'] ?? ''),
      }),
    ),
  }),
};

function planServer(dialect: 'postgresql' | 'mysql', answers: Answers, options: Options): Plan {
  const [kept, password] = [answerOf(answers, 'secretFile'), answerOf(answers, 'password')];
  const isKnown = kept !== '' || password !== '';
  // What is written here the unit hands to idpmap by its ending; the commands say whose theirs is to be.
  const ending = password === '' ? 'password' : 'secret';
  const name = `${answerOf(answers, 'preset').replaceAll('_', '-')}.${ending}`;
  const asked = {
    ...commonOf(dialect, answers, options),
    host: wordsOf(answers['host']),
    database: answerOf(answers, 'database'),
    user: answerOf(answers, 'user'),
    // It matters to the commands alone.
    ...(isKnown && { from: 'localhost' }),
    ...textOf(options, 'notify'),
    ...textOf(options, 'from'),
  };
  const prepare = dialect === 'mysql' ? prepareMysql : preparePostgresql;
  return {
    config: (at) => prepare(asked, kept === '' ? at(name) : kept).config,
    files: password === '' ? [] : [{ name, text: `${password}\n`, isSecret: true }],
    commands: isKnown ? NO_COMMANDS : commandsOf(prepare(asked, name)),
    ...(!isKnown && { untried: 'its login is yet to be made' }),
  };
}

/** An option that no question stands for. */
function textOf(options: Options, name: string): Readonly<Record<string, string>> {
  const value = options[name];
  return typeof value === 'string' ? { [name]: value } : {};
}

const commandsOf = ({ head, commands }: ReturnType<typeof prepareSqlite>): Plan['commands'] => ({
  head,
  lines: commands,
});

const commonOf = (dialect: Dialect, { preset = '', domain = '' }: Answers, options: Options) => ({
  preset: presetOf(dialect, preset),
  ...(domain !== '' && { domain: wordsOf(domain) }),
  statements: options['statements'] === true,
});

function presetOf(dialect: Dialect, name: string): SqlPresetName {
  const preset = PRESETS_OF[dialect].find((each) => each === name);
  if (preset === undefined) throw new Error(`${name} was taken for a preset`);
  return preset;
}
