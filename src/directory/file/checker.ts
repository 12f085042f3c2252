import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { codeFile } from '../../home.ts';
import type { Piece, Pieces } from '../people/content.ts';
import { checkBytes } from './check.ts';
import type { FirstLine } from './child.ts';

/** What a check found: the content in pieces, or its problems, one line each. */
export type CheckResult =
  | { readonly pieces: Pieces; readonly isSealed: boolean }
  | { readonly problems: readonly string[] };

/** The child's heap is half of the memory that is free, but at least this. */
const MIN_HEAP_MB = 64;

/** A file up to this size is checked here: it takes less than Postfix waits for a reply, and a process 0.3 s. */
const SMALL_BYTES = 16 * 1024;

/**
 * Checks the bytes of a people file.
 * @throws {Error} where it can't be checked, whatever it holds
 */
export async function checkFile(
  bytes: Uint8Array,
  file: string,
  signal: AbortSignal,
): Promise<CheckResult> {
  if (bytes.length > SMALL_BYTES) return checkApart(bytes, file, signal);
  const checked = checkBytes(bytes, file);
  if ('problems' in checked) return checked;
  const { entries, rows, ...head } = checked.content;
  return { pieces: { ...head, pieces: [{ entries, rows }] }, isSealed: checked.isSealed };
}

/**
 * Checks the bytes of a people file in a process of its own: YAML takes a second or two and 0.3 GB for 10 000 accounts, while
 * Postfix is answered here. Not in a thread: one that runs out of memory may end the whole process.
 * @throws {Error} where the child ends without a result: aborted, or the file needs more memory than there is
 */
export async function checkApart(
  bytes: Uint8Array,
  file: string,
  signal: AbortSignal,
): Promise<CheckResult> {
  // No environment: it holds secrets, and NODE_OPTIONS meant for the daemon.
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${heapLimitMb()}`, codeFile('directory/file/child'), file],
    {
      env: {},
      signal,
    },
  );
  // A child that ends early closes its input; its end is told below.
  child.stdin.on('error', () => {}).end(bytes);
  const [lines, complaint, [code, end]] = await Promise.all([
    Array.fromAsync(createInterface(child.stdout)),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (code !== 0)
    throw new Error(describeEnd(code ?? end), { cause: new Error(complaint.slice(0, 2000)) });
  return readLines(lines);
}

const heapLimitMb = (): number =>
  Math.max(MIN_HEAP_MB, Math.trunc(process.availableMemory() / 2 ** 21));

/** V8 aborts where its heap is full, the kernel kills where the machine's memory is. */
function describeEnd(end: string | number): string {
  return end === 'SIGABRT' || end === 'SIGKILL'
    ? 'it needs more memory than is free, as JSON it needs far less'
    : `the check ended with ${end}`;
}

function readLines([first = '', ...rest]: readonly string[]): CheckResult {
  const head: FirstLine = JSON.parse(first);
  if ('problems' in head) return head;
  const { isSealed, ...content } = head;
  return { pieces: { ...content, pieces: decode(rest) }, isSealed };
}

/** Parses each piece when it is asked for. */
function* decode(lines: readonly string[]): Iterable<Piece> {
  for (const line of lines) yield JSON.parse(line);
}
