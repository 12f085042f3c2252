import { isTree } from '../config/sources/tree.ts';
import type { News } from './news.ts';

/** One line of the log, as it is sealed. */
export interface Line {
  /** The process that told it, and its how-manieth line it is, from 1; what begins an era is none. */
  readonly by: string;
  readonly n: number;
  /** When it learnt of it, by the fleet's time. */
  readonly at: number;
  /** The era that it was for whoever told it. */
  readonly era: string;
  readonly news: News;
}

/** Reads one that was opened; absent: it is none. */
export function readLine(text: string | undefined): Line | undefined {
  if (text === undefined) return undefined;
  const line: unknown = JSON.parse(text);
  return isLine(line) ? line : undefined;
}

/** Whoever has the key has made it: only another version could have made it otherwise. */
const isLine = (line: unknown): line is Line => isTree(line) && isTree(line['news']);

/** Whether what lies under the log's name is no log that can be written on: of another type, or no id can follow its last. */
export const isSpoilt = (error: unknown): boolean =>
  error instanceof Error &&
  /^WRONGTYPE|smaller than the target|ID specified|exhausted/i.test(error.message);
