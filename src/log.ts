import { createHmac, randomBytes } from 'node:crypto';
import type { Logger, LoggerOptions } from 'pino';
import { formatEvent } from './journal.ts';
import { createLineWriter, type LineWriter } from './logwriter.ts';
import { printableLines, printableValue } from './printable.ts';
import { NAMED } from './redaction.ts';
import { nameSources } from './stack.ts';

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
  /** `pretty` is for people at a terminal, `journal` for systemd's journal. */
  readonly format: 'json' | 'pretty' | 'journal';
  /** How addresses are shown at `info` and above, wherever they stand in a line; absent: as they are. */
  readonly showAddress?: ShowAddress;
}

/** The program's log, and what its end needs of it. */
export interface OpenLog extends Omit<LineWriter, 'write'> {
  readonly log: Logger;
}

const STANDARD_ERROR = 2;

/**
 * Creates the program's log, on standard error. It never waits for who reads it: see `createLineWriter`. Pretty printing is
 * loaded only where it is asked for, and pino by who has a log: the library's users may have another.
 */
export async function createLog({ level, format, showAddress }: LogOptions): Promise<OpenLog> {
  const { pino } = await import('pino');
  const base: LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    ...(showAddress && { hooks: { streamWrite: (line) => redactAddresses(line, showAddress) } }),
  };
  const print = await loadPrinter(format);
  const { write, ...rest } = createLineWriter({
    descriptor: STANDARD_ERROR,
    recovered: (lines) =>
      log.warn({ lines }, 'lines of the log were dropped: standard error took none for a while'),
  });
  const log = pino(base, { write: (line) => write(print(nameSources(line))) });
  return { log, ...rest };
}

async function loadPrinter(format: LogOptions['format']): Promise<(line: string) => string> {
  // JSON of pino's escapes what it must only; each line of it ends with the one line end.
  if (format === 'json') return printableLines;
  if (format === 'journal') return (line) => formatEvent(decode(line));
  const { prettyFactory } = await import('pino-pretty');
  const pretty = prettyFactory({ singleLine: true, translateTime: 'SYS:HH:MM:ss.l' });
  return (line) => pretty(decode(line));
}

/** Reads a line of pino's; what JSON has escaped of its texts stays unseen. */
const decode = (line: string): Readonly<Record<string, unknown>> => {
  const event = printableValue(JSON.parse(line));
  return typeof event === 'object' && event !== null ? { ...event } : {};
};

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

/** One line a lookup, with its key, is what `debug` is for. */
const DEBUG_LINE = /^\{"level":"(?:debug|trace)",/;

/** What may be an address in a line of JSON, a quoted local part's quotes escaped; bounded, so that it stays quick. */
const ADDRESS =
  /(?:\\"(?:[^"\\]|\\\\.){1,320}\\"|[^\s"'`\\<>()[\]{},:;=@|]{1,320})@(?:[\p{L}\p{N}][\p{L}\p{N}-]{0,62}\.){1,20}\p{L}[\p{L}\p{N}-]{0,62}/gu;

/**
 * Shows every address in a line of the log, one of debugging aside, as `showAddress` does: reasons are a directory's
 * words, and an account that has no other name is called by its address. So it does with whoever is `named`.
 */
export function redactAddresses(line: string, showAddress: ShowAddress): string {
  if (!/@|user \\"/.test(line) || DEBUG_LINE.test(line)) return line;
  return line
    .replaceAll(ADDRESS, (address) => showAddress(address.toLowerCase()))
    .replaceAll(
      NAMED,
      (_, quote: string, name: string) => `user ${quote}${showAddress(name)}${quote}`,
    );
}
