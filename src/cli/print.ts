import { printableLines } from '../printable.ts';

/**
 * Prints a command's result: for people, or as JSON; what directories and strangers wrote moves no terminal's cursor.
 * Apart from what loads the configuration, which not every command does.
 */
export function print({ json }: { readonly json?: boolean }, result: unknown, text: string): void {
  // JSON escapes what it must only; within its texts there are no line ends, and what is escaped here is so as JSON has it.
  const said = json === true ? JSON.stringify(result, null, 2) : text;
  process.stdout.write(`${printableLines(said)}\n`);
}
