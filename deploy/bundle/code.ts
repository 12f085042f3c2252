import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const MAKER = join(import.meta.dirname, 'codemaker.ts');

/**
 * Lays V8's code beside the files of a bundled program, for `load.cjs`: what a daemon runs at its start is not read anew at
 * each. `node`: the one that the program will run with, which takes no other's.
 * @throws {Error} where the program does not start
 */
export async function addCode(program: string, node: string = process.execPath): Promise<void> {
  // No environment: the program would take settings from it, and Node flags.
  await promisify(execFile)(node, [MAKER, resolve(program)], { env: {} });
}

if (import.meta.main) await addCode(process.argv[2] ?? 'program');
