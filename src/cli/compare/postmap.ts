import type { Answer } from '../../maps/answer.ts';
import { printable } from '../../printable.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Ended, RunPostmap } from './run.ts';

/** Asks tables for keys, none of them twice; those that are not found are absent. */
export type AskTables = (
  tables: readonly string[],
  keys: readonly string[],
) => Promise<ReadonlyMap<string, Answer>>;

/** So many keys that fail one after the other are no matter of the keys. */
const MOST_FAILED = 8;

/**
 * Makes a function that asks tables in bulk by `postmap -q -`, in this order, as Postfix asks those of one parameter. At a
 * key that fails postmap ends and drops all it had found, so a batch that fails is asked again in halves: TEMP is then
 * answered for the keys that fail alone.
 * @throws {CliError} where a table can't be opened, or fails for all
 */
export function createAskTables(run: RunPostmap): AskTables {
  let failed = 0;
  const ask: AskTables = async (tables, keys) => {
    if (keys.length === 0) return new Map();
    const ended = await run(['-q', '-', ...tables], `${keys.join('\n')}\n`);
    const fault = faultOf(ended);
    if (fault === undefined) {
      failed = 0;
      return readFound(ended.stdout, keys);
    }
    if (!isTemporary(fault)) throw faulty(fault);
    const [key, second] = keys;
    if (key !== undefined && second === undefined) {
      failed += 1;
      if (failed >= MOST_FAILED) throw failing(fault);
      return new Map([[key, { status: 'TEMP', reason: fault }]]);
    }
    const middle = Math.ceil(keys.length / 2);
    const before = await ask(tables, keys.slice(0, middle));
    return new Map([...before, ...(await ask(tables, keys.slice(middle)))]);
  };
  return ask;
}

/** Reads `KEY<TAB>VALUE` by line: found keys in the order asked. A value of a database may go on in further lines. */
export function readFound(stdout: string, keys: readonly string[]): ReadonlyMap<string, Answer> {
  const found = new Map<string, string>();
  let next = 0;
  let last = '';
  for (const line of stdout.replace(/\n$/, '').split('\n')) {
    const index = keys.findIndex((key, i) => i >= next && line.startsWith(`${key}\t`));
    const key = keys[index];
    if (key !== undefined) {
      found.set(key, line.slice(key.length + 1));
      last = key;
      next = index + 1;
    } else if (found.has(last)) found.set(last, `${found.get(last)}\n${line}`);
  }
  return new Map([...found].map(([key, data]) => [key, { status: 'OK', data }]));
}

/** What postmap ended with, in its words; absent: nothing went wrong, though it ends with 1 where it finds nothing. */
export function faultOf({ code, stderr }: Ended): string | undefined {
  const fatal = /^postmap: (?:fatal|panic): (?<words>.*)$/m.exec(stderr)?.groups?.['words'];
  if (fatal !== undefined) return printable(isTemporary(fatal) ? fatal + causeIn(stderr) : fatal);
  if (code === 0 || (code === 1 && !/\berror\b/i.test(stderr))) return undefined;
  return printable(stderr.trim().split('\n').at(-1) || `postmap ended with ${code}`);
}

/** A database's own words stand in a warning before: "query error: Success" is what follows. */
function causeIn(stderr: string): string {
  const warning = /^postmap: warning: (?<words>.*)$/m.exec(stderr)?.groups?.['words'];
  return warning === undefined ? '' : ` (${warning})`;
}

const isTemporary = (fault: string): boolean => /\b(?:query|lookup) error\b/.test(fault);

/** What helps, by postmap's words. */
const REMEDIES: readonly (readonly [words: RegExp, remedy: string])[] = [
  [/main\.cf/, 'name the directory of main.cf with --postfix-config'],
  [/permission denied/i, 'run idpmap compare as root, who may read the table'],
  [
    /unsupported dictionary type/i,
    'install the type (Debian: postfix-ldap, postfix-mysql, postfix-pgsql, postfix-sqlite, postfix-pcre), or mend its name; postconf -m lists those that are there',
  ],
  [
    /open database .*\.(?:db|lmdb|cdb|dir).*no such file/i,
    'name the table without its ending, as main.cf does, or make it: postmap TYPE:FILE',
  ],
  [/no such file/i, 'write the table as main.cf has it, TYPE:FILE with the whole path'],
  [
    /sequence operation is not supported/i,
    'such a table can not be listed: give the addresses with --from FILE, or --log FILE for those that mail came for',
  ],
];

/** Says what postmap said, and what helps. */
export function faulty(fault: string): CliError {
  const remedy = REMEDIES.find(([words]) => words.test(fault))?.[1];
  const mend = remedy === undefined ? '' : `: ${remedy}`;
  return new CliError(EXIT.data, `the old table can't be asked, postmap says "${fault}"${mend}`);
}

const failing = (fault: string): CliError =>
  new CliError(
    EXIT.temporary,
    `the old table fails for one key after the other, postmap says "${fault}": mend what it asks, or take proxy: away, then compare again`,
  );
