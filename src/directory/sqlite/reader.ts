import { readSync, writeSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { foldKey } from '../../address/address.ts';
import { reasonOf } from '../../reason.ts';
import { propertyOf } from '../../record.ts';
import { type Answer, createSplitter, decodeQuestion, encode, type Question } from './messages.ts';

/**
 * The program that `process.ts` starts: opens the file that its argument names, and answers one question after the other,
 * until nobody asks any more. It waits for input, not for events: nothing goes on meanwhile that could.
 */
function main(path: string): void {
  let answerTo: (question: Question) => Answer;
  try {
    answerTo = serve(path);
  } catch (error) {
    return write({ id: 0, ...factsOf(error) });
  }
  write({ id: 0, names: [], rows: [] });
  const split = createSplitter();
  const room = Buffer.alloc(64 * 1024);
  for (;;) {
    const length = readSync(0, room);
    if (length === 0) return;
    // A copy: what has not come whole is kept while the room is filled anew.
    for (const message of split(Buffer.from(room.subarray(0, length)))) {
      write(answerTo(decodeQuestion(message)));
    }
  }
}

function serve(path: string): (question: Question) => Answer {
  const database = new DatabaseSync(path, { readOnly: true, allowExtension: false, timeout: 50 });
  database.function('idpmap_fold', { deterministic: true }, (text) =>
    typeof text === 'string' ? foldKey(text) : text,
  );
  // SQLite would read a double-quoted name that it does not know as a text, and sort on a disk that may be full.
  database.exec('PRAGMA query_only = 1; PRAGMA trusted_schema = 0; PRAGMA temp_store = MEMORY');
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
      const names = rows.length === 0 ? [] : statement.columns().map(({ name }) => name);
      return { id, names, rows };
    } catch (error) {
      return { id, ...factsOf(error) };
    }
  };
}

function factsOf(error: unknown): { message: string; code: number } {
  const code = propertyOf(error, 'errcode');
  return { message: reasonOf(error), code: typeof code === 'number' ? code : 0 };
}

function write(answer: Answer): void {
  const bytes = encode(answer);
  for (let done = 0; done < bytes.length; ) done += writeSync(1, bytes, done);
}

main(process.argv[2] ?? '');
