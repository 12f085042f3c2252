import { codeOf } from '../../../reason.ts';
import { Fault } from '../../directory.ts';
import { explainTls, UnreadableFile } from '../../tls.ts';
import { TooLong, Transient } from './faults.ts';
import type { Site } from './site.ts';

/** Errors of connections that others closed: the question may be put again. */
const LOST = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** Whether it was only the connection that failed. */
export const isLost = (error: unknown): boolean => LOST.has(codeOf(error));

/** What an error of the connection means, and what to mend. */
export function transportFault(error: unknown, { url }: Site, signal: AbortSignal): Fault {
  if (error instanceof Fault) return error;
  if (signal.aborted) return new Transient('timeout', `${url} did not answer in time`);
  const code = codeOf(error);
  const message = messageOf(error);
  const options = { cause: error };
  if (error instanceof UnreadableFile) return new Fault('directory', message, options);
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') {
    return new Fault('shutdown', 'the directory is closed', options);
  }
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return new TooLong(
      `${url} shows a user, group or event that is longer than is read at a time (1 MB of them in a lookup, 4 MB beside it): keep photographs and the like out of its attributes`,
      options,
    );
  }
  const mend = explainTls(code, message) ?? EXPLAINED[code];
  if (mend !== undefined) return new Fault('directory', `${url}: ${mend}`, options);
  return new Transient('directory', `${url} can't be reached: ${message}`, options);
}

const EXPLAINED: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no such host, check url and DNS',
};

/** Where a host has several addresses, only the code says why none of them was reached. */
const messageOf = (error: unknown): string =>
  error instanceof Error && error.message !== '' ? error.message : codeOf(error);
