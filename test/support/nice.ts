import { readFile } from 'node:fs/promises';

/** Nobody gives way more. */
export const LOWEST = 19;

/** How much a process or a thread gives way, by its `stat` in /proc. @see proc_pid_stat(5), field 19 */
export async function niceOf(stat: string): Promise<number> {
  const text = await readFile(stat, 'utf8');
  // Its name may hold anything.
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[16]);
}
