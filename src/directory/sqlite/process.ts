import { spawn } from 'node:child_process';
import { codeFile } from '../../home.ts';
import { giveWay } from '../../priority.ts';
import { reasonOf } from '../../reason.ts';
import { rowsOf } from '../sql/connect/rows.ts';
import { createTurn } from '../sql/connect/turn.ts';
import { Lost, type Row } from '../sql/engine.ts';
import { boundToUs } from './bound.ts';
import { createSplitter, decodeAnswer, encode, type Question, SqliteError } from './messages.ts';

/** A process that reads one file. */
export interface Reader {
  /** Runs a statement. Rejects with `SqliteError`, or `Lost` where the process ends before. */
  run(text: string, values: readonly string[]): Promise<readonly Row[]>;
  /** Ends it at once, whatever it is at. */
  destroy(): void;
  /** Resolves when it has ended, with why. */
  readonly ended: Promise<string>;
}

/** Who waits for what a reader reads. */
export type Purpose = 'lookups' | 'a feed';

/** Of V8's; what SQLite takes besides is bounded by the statement's time. */
const MOST_MEMORY_MB = 128;

/**
 * Starts a process that reads a file: SQLite works without letting others work, and what began can't be ended from
 * outside. A thread neither: it ends once its statement has, which a key may keep from it for ever. One that lists everybody
 * for a feed gives way to those that lookups wait for, and to the daemon.
 */
export async function startReader(
  path: string,
  server: string,
  signal: AbortSignal,
  purpose: Purpose,
): Promise<Reader> {
  const [command, parameters] = await boundToUs(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    `--max-old-space-size=${MOST_MEMORY_MB}`,
    codeFile('directory/sqlite/reader'),
    path,
  ]);
  // No environment: it holds secrets, and NODE_OPTIONS meant for the daemon.
  const child = spawn(command, parameters, { env: {}, stdio: ['pipe', 'pipe', 'ignore'] });
  if (purpose === 'a feed' && child.pid !== undefined) giveWay(child.pid);
  const ended = Promise.withResolvers<string>();
  const waiting = new Map<number, PromiseWithResolvers<readonly Row[]>>();
  let lastId = 0;
  let death: Lost | undefined;
  const end = (why: string): void => {
    death ??= new Lost(`${server}: ${why}`);
    ended.resolve(why);
    for (const { reject } of waiting.values()) reject(death);
    waiting.clear();
  };
  const destroy = (): void => {
    child.kill('SIGKILL');
    end('the file was closed');
  };
  const split = createSplitter();
  const write = createTurn(child.stdin);
  child.on('error', (error) => end(reasonOf(error)));
  child.on('exit', (code, name) => end(`its reader ended with ${code ?? name}`));
  // Its end is told above.
  child.stdin.on('error', () => {});
  child.stdout.on('data', (chunk: Buffer) => {
    for (const message of split(chunk)) {
      const answer = decodeAnswer(message);
      const asked = waiting.get(answer.id);
      waiting.delete(answer.id);
      if ('message' in answer) asked?.reject(new SqliteError(answer.message, answer.code));
      else asked?.resolve(rowsOf(answer.names, answer.rows.map(valuesOf)));
    }
  });
  const reply = async (id: number): Promise<readonly Row[]> => {
    if (death !== undefined) throw death;
    const asked = Promise.withResolvers<readonly Row[]>();
    waiting.set(id, asked);
    return asked.promise;
  };
  signal.addEventListener('abort', destroy);
  try {
    if (signal.aborted) destroy();
    await reply(0);
  } catch (error) {
    destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', destroy);
  }
  return {
    run(text, values) {
      lastId += 1;
      const question: Question = { id: lastId, text, values };
      write();
      child.stdin.write(encode(question));
      return reply(lastId);
    },
    destroy,
    ended: ended.promise,
  };
}

const valuesOf = (row: unknown): readonly unknown[] => (Array.isArray(row) ? row : []);
