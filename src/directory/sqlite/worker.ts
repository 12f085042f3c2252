import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { foldKey } from '../../address/address.ts';
import type { Answer, Question } from './messages.ts';

/** A thread of its own, for SQLite works without letting others work: opens the file, and answers one question after the other. */
function serve(path: string, answer: (answer: Answer) => void): (question: Question) => void {
  const database = new DatabaseSync(path, { readOnly: true, allowExtension: false, timeout: 50 });
  database.function('idpmap_fold', { deterministic: true }, (text) =>
    typeof text === 'string' ? foldKey(text) : text,
  );
  // SQLite would read a double-quoted name that it does not know as a text.
  database.exec('PRAGMA query_only = 1; PRAGMA trusted_schema = 0');
  const prepared = new Map<string, StatementSync>();
  return ({ id, text, values }) => {
    try {
      let statement = prepared.get(text);
      if (statement === undefined) {
        statement = database.prepare(text);
        statement.setReturnArrays(true);
        statement.setReadBigInts(true);
        prepared.set(text, statement);
      }
      const rows = statement.all(...values);
      answer({ id, names: statement.columns().map(({ name }) => name), rows });
    } catch (error) {
      answer({ id, ...factsOf(error) });
    }
  };
}

function factsOf(error: unknown): { message: string; code: number } {
  const { errcode }: { errcode?: unknown } = Object(error);
  return {
    message: error instanceof Error ? error.message : String(error),
    code: typeof errcode === 'number' ? errcode : 0,
  };
}

const port = parentPort;
if (port !== null) {
  const answer = (message: Answer): void => port.postMessage(message);
  try {
    port.on('message', serve(String(workerData), answer));
    answer({ id: 0, names: [], rows: [] });
  } catch (error) {
    answer({ id: 0, ...factsOf(error) });
  }
}
