import type { Kind } from './ask/plan.ts';
import { missing, type Options } from './ask/question.ts';
import { initByAsking, type Surroundings } from './ask/wizard.ts';
import { file } from './kinds/file.ts';
import { keycloak } from './kinds/keycloak.ts';
import { ldap } from './kinds/ldap.ts';
import { mysql, postgresql, sqlite } from './kinds/sql.ts';

/** The types of directory that there are questions for. */
export const KINDS = {
  file,
  ldap,
  keycloak,
  postgresql,
  mysql,
  sqlite,
} as const satisfies Readonly<Record<string, Kind>>;

export type TypeName = keyof typeof KINDS;

/**
 * Makes a configuration to begin with. `printAtOnce` prints it where the options say all, and nothing that is to be tried
 * or written; absent: what they say is tried always.
 */
export async function begin(
  name: TypeName,
  options: Options,
  printAtOnce?: () => Promise<number>,
): Promise<number> {
  const kind = KINDS[name];
  const isMore = ['output', 'passwordFile', 'secretFile'].some((each) => each in options);
  if (printAtOnce !== undefined && !isMore && missing(kind.steps, options).length === 0)
    return printAtOnce();
  return initByAsking(name, kind, options, surroundings());
}

/** Questions go to standard error: what is printed may go into a file. */
const surroundings = (): Surroundings => ({
  ...(process.stdin.isTTY &&
    process.stderr.isTTY && { terminal: { input: process.stdin, output: process.stderr } }),
  isPiped: !process.stdout.isTTY,
  tell: (line) => process.stderr.write(`${line}\n`),
});
