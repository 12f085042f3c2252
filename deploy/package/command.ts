import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ROOT } from './lock.ts';

const execute = promisify(execFile);

/**
 * Runs a command in the repository, and gives what it prints.
 * @throws {Error} with its words where it fails, or with `remedy` where it is absent
 */
export async function run(
  command: string,
  parameters: readonly string[],
  remedy = 'it is not on the path',
): Promise<string> {
  try {
    return (await execute(command, parameters, { cwd: ROOT, maxBuffer: 1 << 26 })).stdout;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if ('code' in error && error.code === 'ENOENT')
      throw new Error(`${command} is missing: ${remedy}`, { cause: error });
    // tsc tells its errors on standard output.
    const told =
      'stdout' in error && 'stderr' in error
        ? `${String(error.stdout)}${String(error.stderr)}`
        : '';
    const said = `${error.message}\n${told}`;
    throw new Error(said.trim(), { cause: error });
  }
}
