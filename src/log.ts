import { createHmac, randomBytes } from 'node:crypto';
import { type Logger, pino } from 'pino';

/** Takes one event: fields first, then a message in lower case without a full stop. */
type Write = (fields: object, message: string) => void;

/** What the program logs with; a pino logger is one. `info` and above are for whoever has to act. */
export interface Log {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
  isLevelEnabled(level: 'debug'): boolean;
}

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** `pretty` is for people at a terminal. */
  readonly format: 'json' | 'pretty';
}

/** Creates the program's log, on standard error. Pretty printing is loaded only where it is asked for. */
export async function createLog({ level, format }: LogOptions): Promise<Logger> {
  const base = { level, base: null };
  if (format === 'json') return pino(base, pino.destination({ dest: 2, sync: true }));
  const { default: pretty } = await import('pino-pretty');
  const stream = pretty({
    destination: 2,
    sync: true,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
  });
  return pino(base, stream);
}

/** Says nothing: for tests and for whoever embeds the library without a log of its own. */
export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  isLevelEnabled: () => false,
};

/** Shows an address in a log line: as it is, or as a keyed hash that shows only whether two lines mean the same. */
export type ShowAddress = (address: string) => string;

/**
 * Hashes addresses for the log with HMAC-SHA-256. Daemons with the same `key` write the same hashes; without one it is
 * random and good until the process ends.
 */
export function createAddressHash(key?: string): ShowAddress {
  const secret = key ?? randomBytes(32);
  return (address) =>
    `addr-${createHmac('sha256', secret).update(address).digest('hex').slice(0, 12)}`;
}
