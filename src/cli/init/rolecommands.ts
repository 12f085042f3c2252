import type { SqlPreset } from '../../directory/sql/presets/preset.ts';
import { quote } from './shell.ts';

/** What idpmap is given in a database: to read, and nothing else. */
export interface SqlGrant {
  readonly database: string;
  readonly user: string;
  /** The columns that it may read, by table. */
  readonly columns: SqlPreset['columns'];
  /** The file that its password is written to. */
  readonly passwordFile: string;
}

/** The statements that make the login of one grant, run by a client that is told them on its standard input. */
export interface RoleStatements {
  /** The client and its arguments. */
  readonly client: readonly string[];
  /** Makes the login: what stands before its password, and behind. */
  readonly login: readonly [before: string, behind: string];
  readonly grants: readonly string[];
}

/**
 * Lines for a shell, to be run once: they make a password up, and with it the login. They end at the first that fails; the
 * password stands on no command line. There are no comments among them: a zsh that they are pasted into would run these.
 */
export const roleCommands = (
  { passwordFile }: Pick<SqlGrant, 'passwordFile'>,
  { client, login, grants }: RoleStatements,
): readonly string[] => {
  const file = quote(passwordFile);
  return [
    // Read as a whole before it runs.
    '(',
    'set -eu',
    'umask 077',
    `test -s ${file} || od -An -N24 -tx1 /dev/urandom | tr -d ' \\n' >${file}`,
    '{',
    `printf ${quote(`${login.map(literally).join('%s')}\\n`)} "$(cat ${file})"`,
    "cat <<'END'",
    ...grants,
    'END',
    `} | ${client.map(quote).join(' ')}`,
    ')',
  ];
};

/** A text as printf prints it. */
const literally = (text: string): string => text.replaceAll('%', '%%').replaceAll('\\', '\\\\');
