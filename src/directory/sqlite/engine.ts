import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { reasonOf } from '../../reason.ts';
import { Fault } from '../directory.ts';
import { rowOf } from '../sql/connect/rows.ts';
import { type Engine, Lost, type Row, type Session } from '../sql/engine.ts';
import { faultOf } from './errors.ts';
import { type Answer, type Question, SqliteError } from './messages.ts';

/** So many threads may be at work at statements that nobody waits for any more: none can be ended before its statement is. */
const MOST_ABANDONED = 4;

/** Asks a file of SQLite, which threads read. */
export function createSqliteEngine(): Engine<string> {
  const abandoned = new Set<Worker>();
  return {
    dialect: 'sqlite',
    name: nameOf,
    faultOf,
    async open(path, signal) {
      if (abandoned.size >= MOST_ABANDONED)
        // Any stranger's key may have been the slow one, and soon they are done.
        throw new Fault(
          'doubt',
          `${nameOf(path)}: ${abandoned.size} threads are at work at slow statements, is an index missing?`,
        );
      const before = await identify(path);
      const session = await start(path, before, abandoned, signal);
      // It may have been replaced in between: then the next one opens the new one.
      if ((await identify(path)) !== before) {
        session.destroy();
        throw new Lost(`${nameOf(path)}: it is being replaced`);
      }
      const timer = setInterval(() => {
        void watch(path, before, session);
      }, LOOK_MS);
      timer.unref();
      void session.ended.then(() => clearInterval(timer));
      return session;
    },
  };
}

const LOOK_MS = 500;

const nameOf = (path: string): string => `sqlite ${path}`;

/** Which file it is. */
async function identify(path: string): Promise<string> {
  const { dev, ino } = await stat(path, { bigint: true });
  return `${dev} ${ino}`;
}

/** Ends a session whose file is another one now, or gone. */
async function watch(path: string, before: string, session: Session): Promise<void> {
  const now = await identify(path).catch(reasonOf);
  if (now !== before) session.destroy();
}

async function start(
  path: string,
  identity: string,
  abandoned: Set<Worker>,
  signal: AbortSignal,
): Promise<Session> {
  const worker = new Worker(program(), { workerData: path, env: {}, execArgv: [] });
  const ended = Promise.withResolvers<string>();
  const waiting = new Map<number, PromiseWithResolvers<readonly Row[]>>();
  let lastId = 0;
  const end = (why: string): void => {
    ended.resolve(why);
    for (const { reject } of waiting.values()) reject(new Lost(`${nameOf(path)}: ${why}`));
    waiting.clear();
  };
  const destroy = (): void => {
    abandoned.add(worker);
    void worker.terminate().finally(() => abandoned.delete(worker));
    end('the file was closed');
  };
  worker.on('error', (error) => end(reasonOf(error)));
  worker.on('exit', () => end('its thread has ended'));
  worker.on('message', (answer: Answer) => {
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ('message' in answer) asked?.reject(new SqliteError(answer.message, answer.code));
    else asked?.resolve(answer.rows.map((row) => rowOf(answer.names, valuesOf(row))));
  });
  const reply = async (id: number): Promise<readonly Row[]> => {
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
      worker.postMessage(question, []);
      return reply(lastId);
    },
    async believe() {
      if ((await identify(path)) !== identity) throw new Lost(`${nameOf(path)}: it was replaced`);
      return [];
    },
    destroy,
    ended: ended.promise,
  };
}

const valuesOf = (row: unknown): readonly unknown[] => (Array.isArray(row) ? row : []);

/** The compiler rewrites the endings of imports only. */
function program(): string {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`worker.${ending}`, import.meta.url));
}
