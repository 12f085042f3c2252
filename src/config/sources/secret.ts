import { createHmac, randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { inspect } from 'node:util';
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
   * Reads the secret anew, without the newline that ends its file.
   * @throws {Error} that names the file or variable where it is missing, unreadable or empty; never its content
   */
  async read(): Promise<string> {
    const source = this.#source;
    if (typeof source === 'string') return source;
    if ('file' in source) return readSecretFile(source.file);
    const value = this.#environment[source.env];
    if (value === undefined || value === '') {
      const state = value === undefined ? 'not set' : 'empty';
      throw new Error(`the variable ${source.env} is ${state}, set it to the secret`);
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
export async function readValueFile(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    throw new Error(await explainUnreadable(file, error), { cause: error });
  }
}

async function readSecretFile(file: string): Promise<string> {
  const text = await readValueFile(file);
  if (text === '') throw new Error(`secret file ${file} is empty, write the secret into it`);
  return text;
}

/** Says why `file` can't be read: it is absent, no file, or not this user's to read. */
export async function explainUnreadable(file: string, error: unknown): Promise<string> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  if (code === 'ENOENT') return `file ${file} does not exist, create it or mend the path`;
  if (code === 'EISDIR') return `${file} is a directory, name a file`;
  const uid = process.getuid?.() ?? 0;
  const facts = await stat(file).catch(() => undefined);
  if (facts === undefined) {
    return `file ${file} is out of reach for uid ${uid} (${code}), give that user access to its directory`;
  }
  const mode = (facts.mode & 0o7777).toString(8).padStart(4, '0');
  return `file ${file} is unreadable for uid ${uid} (${code}, mode ${mode}, owner ${facts.uid}), give that user the right to read it`;
}
