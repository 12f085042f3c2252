import { access } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { Answer } from '../../maps/answer.ts';
import { cutOff, extendEach } from '../../maps/extension.ts';
import { type Endpoint, parseEndpoint } from '../../net/endpoint.ts';
import { reasonOf } from '../../reason.ts';
import { CliError, EXIT } from '../exit.ts';
import { typeIn, wordsOf } from '../import/maincf/words.ts';
import { createPostconf } from '../postfix/postconf.ts';
import type { Meaning } from './meaning.ts';
import type { AskTables } from './postmap.ts';
import { listTried } from './tried.ts';

/** What Postfix asked until now: its own tables, in this order, or a map of a socketmap server. */
export type Old =
  | { readonly tables: readonly string[] }
  | { readonly endpoint: Endpoint; readonly map: string };

/**
 * Reads what is compared with: tables as a parameter of main.cf has them, a socketmap, or the name of a parameter.
 * @throws {CliError} where it is none of them
 */
export async function readOld(text: string, postfixConfig: string | undefined): Promise<Old> {
  const value = /^\w+$/.test(text) ? await readParameter(text, postfixConfig) : text;
  const tables = readTables(value);
  const [only = '', second] = tables;
  const socketmap = /^(?:proxy:)?socketmap:(?<place>.+):(?<map>[^:]+)$/.exec(only)?.groups;
  if (second !== undefined || socketmap === undefined) return { tables };
  const { place = '', map = '' } = socketmap;
  return { endpoint: await readPlace(place, postfixConfig), map };
}

function readTables(value: string): readonly string[] {
  const tables = wordsOf(value).map((word) => word.text);
  const stranger = tables.find((table) => typeIn(table) === undefined);
  if (stranger !== undefined || tables.length === 0)
    throw new CliError(
      EXIT.usage,
      `${JSON.stringify(stranger ?? value)} is no table: write TYPE:NAME as main.cf has it, such as hash:/etc/postfix/virtual, several with commas, or the name of a parameter that has them`,
    );
  return tables;
}

async function readParameter(name: string, postfixConfig: string | undefined): Promise<string> {
  try {
    const { stdout } = await createPostconf(postfixConfig)(['-xh', name]);
    if (stdout.trim() !== '') return stdout.trim();
  } catch (error) {
    throw new CliError(EXIT.unavailable, `postconf ${name} fails: ${reasonOf(error)}`, {
      cause: error,
    });
  }
  throw new CliError(EXIT.data, `${name} is empty in Postfix's configuration: name a table`);
}

/** Reads `inet:HOST:PORT` or `unix:PATH`; a path is one in the queue directory where Postfix is jailed, or it is relative. */
async function readPlace(place: string, postfixConfig: string | undefined): Promise<Endpoint> {
  try {
    if (!place.startsWith('unix:')) return parseEndpoint(place.replace(/^inet6?:/, 'tcp://'));
    const path = place.slice('unix:'.length);
    if (isAbsolute(path) && (await isThere(path))) return { kind: 'unix', path };
    const queue = await createPostconf(postfixConfig)(['-xh', 'queue_directory']).catch(
      () => undefined,
    );
    return { kind: 'unix', path: join(queue?.stdout.trim() || '/var/spool/postfix', path) };
  } catch (error) {
    throw new CliError(EXIT.usage, reasonOf(error), { cause: error });
  }
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Types that Postfix asks for the whole key alone: what they hold are patterns, or they decide by themselves. */
const WHOLE = /^!?(?:proxy:)?(?:regexp|pcre|cidr|socketmap|tcp|randmap):/;

/** Asks Postfix's tables for keys as Postfix does: all tables for the whole key, then all that take one for its parts. */
export async function askOld(
  tables: readonly string[],
  keys: readonly string[],
  meaning: Meaning,
  ask: AskTables,
): Promise<ReadonlyMap<string, Answer>> {
  const answers = new Map<string, Answer>();
  let open = keys.map((key) => ({ key, tried: listTried(key, meaning) }));
  for (let part = 0; open.length > 0; part++) {
    const asked = part === 0 ? tables : tables.filter((table) => !WHOLE.test(table));
    const wanted = [...new Set(open.map(({ tried }) => tried[part] ?? ''))];
    const found = asked.length === 0 ? new Map<string, Answer>() : await ask(asked, wanted);
    for (const { key, tried } of open) {
      const answer = found.get(tried[part] ?? '');
      if (answer !== undefined) answers.set(key, withExtension(answer, key, tried[part], meaning));
    }
    open = open.filter(({ key, tried }) => !answers.has(key) && part + 1 < tried.length);
  }
  return answers;
}

/** Postfix puts what it cut off the key on the addresses that it finds. */
function withExtension(
  answer: Answer,
  key: string,
  tried: string | undefined,
  { delimiters, propagateExtension }: Meaning,
): Answer {
  if (answer.status !== 'OK' || tried === undefined || propagateExtension === 'no') return answer;
  const extension = tried === key ? undefined : cutOff(key, tried, delimiters);
  return extension === undefined ? answer : { ...answer, data: extendEach(answer.data, extension) };
}
