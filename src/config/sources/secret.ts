import { createHmac, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { FileError, lookAtFile, readRegularFile } from '../../files.ts';
import { codeOf } from '../../reason.ts';
import { isTree } from './tree.ts';

/** Where a secret is kept, as the configuration writes it: a file, a variable of the environment, or the text itself. */
export type SecretSource = string | { readonly file: string } | { readonly env: string };

/** Reads how the configuration writes a secret; absent where `value` is none. */
export function readSecretSource(value: unknown): SecretSource | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (!isTree(value) || Object.keys(value).length !== 1) return undefined;
  const { file, env }: { readonly file?: unknown; readonly env?: unknown } = value;
  if (typeof file === 'string' && file !== '') return { file };
  return typeof env === 'string' && env !== '' ? { env } : undefined;
}

/** The variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A configuration is read when it has changed, and not again: a file system may take its time for it. Milliseconds. */
export const LOAD_MS = 10_000;

/** Good until the process ends, so that an identity tells nothing of a secret. */
const IDENTITY_KEY = randomBytes(32);

/** What stands for a secret wherever it is printed. */
export const HIDDEN = '***';

/**
 * A password or key that prints as `***` in logs, errors and JSON. It is read when it is needed, so that a changed file
 * is picked up without a restart.
 */
export class Secret {
  /** Two secrets are deeply equal where they are kept in the same way: what is private does not count there. */
  readonly identity: string;
  readonly #source: SecretSource;
  readonly #environment: Environment;

  constructor(source: SecretSource, environment: Environment = process.env) {
    this.identity = createHmac('sha256', IDENTITY_KEY).update(JSON.stringify(source)).digest('hex');
    this.#source = source;
    this.#environment = environment;
  }

  /** Where it is kept; a literal is `***`. Safe to print. */
  get source(): SecretSource {
    return typeof this.#source === 'string' ? HIDDEN : this.#source;
  }

  /**
   * Reads the secret anew, without the newline that ends its file. `limitMs`: for a file; absent: 2 s.
   * @throws {Error} that names the file or variable where it is missing, unreadable or empty; never its content
   */
  async read(limitMs?: number): Promise<string> {
    const source = this.#source;
    if (typeof source === 'string') return source;
    if ('file' in source) return readSecretFile(source.file, limitMs);
    const value = this.#environment[source.env];
    if (value === undefined || value === '') {
      const state = value === undefined ? 'not set' : 'empty';
      const bare = /^\$\{?(?<name>\w+)\}?$/.exec(source.env)?.groups?.['name'];
      const mend = bare === undefined ? 'set it to the secret' : `write { env: ${bare} }`;
      throw new Error(`the variable ${source.env} is ${state}, ${mend}`);
    }
    return value;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}

/**
 * Reads a small text file without the newline that ends it.
 * @throws {Error} that says why it can't be read and by whom
 */
export async function readValueFile(file: string, limitMs?: number): Promise<string> {
  try {
    return (await readRegularFile(file, limitMs)).toString('utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new Error(await explainUnreadable(file, error), { cause: error });
  }
}

async function readSecretFile(file: string, limitMs?: number): Promise<string> {
  const text = await readValueFile(file, limitMs);
  if (text === '') throw new Error(`secret file ${file} is empty, write the secret into it`);
  return text;
}

/** Says why `file` can't be read: it is absent, no file, or not this user's to read. */
export async function explainUnreadable(file: string, error: unknown): Promise<string> {
  if (error instanceof FileError) return error.message;
  const code = codeOf(error) || String(error);
  if (code === 'ENOENT') return `file ${file} does not exist, create it or mend the path`;
  const uid = process.getuid?.() ?? 0;
  const facts = await lookAtFile(file).catch(() => undefined);
  if (facts === undefined) {
    return `file ${file} is out of reach for uid ${uid} (${code}), give that user access to its directory`;
  }
  const mode = (facts.mode & 0o7777).toString(8).padStart(4, '0');
  return `file ${file} is unreadable for uid ${uid} (${code}, mode ${mode}, owner ${facts.uid}), give that user the right to read it`;
}
