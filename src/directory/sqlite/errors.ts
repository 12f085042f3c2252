import { reasonOf } from '../../reason.ts';
import { Fault } from '../directory.ts';
import { Lost, Overrun } from '../sql/engine.ts';
import { SqliteError } from './messages.ts';

/** SQLite's own codes, of which an extended one is the lower byte. */
const ERROR = 1;
const BUSY = 5;
const LOCKED = 6;
const TOO_BIG = 18;
const MISMATCH = 20;

/**
 * What an error of SQLite's means. What only this key may bring about is `entry`; what all of a statement's do, `doubt`.
 * After all others the file is opened anew: it was cut off, or is none.
 */
export function faultOf(error: unknown, server: string): Fault {
  if (error instanceof Fault) return error;
  const options = { cause: error };
  const reason = `${server}: ${reasonOf(error)}`;
  if (!(error instanceof SqliteError)) return new Lost(reason, options);
  switch (error.code & 0xff) {
    case ERROR:
      return new Fault('doubt', reason, options);
    case BUSY:
    case LOCKED:
      return new Overrun(`${reason}: is somebody writing for long?`, options);
    case TOO_BIG:
    case MISMATCH:
      return new Fault('entry', `${server} does not take this key`, options);
    default:
      return new Lost(reason, options);
  }
}
