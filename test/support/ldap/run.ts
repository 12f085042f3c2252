import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const MAX_OUTPUT = 64 * 1024 * 1024;

/** The environment of servers and their tools: nothing of this process's, and no settings of this machine's libldap. */
export const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
  LDAPNOINIT: '1',
};

/**
 * Runs a tool to its end, with `input` on its standard input, and gives what it printed.
 * @throws {Error} where it fails, with what it printed on standard error
 */
export async function run(
  command: string,
  parameters: readonly string[],
  input = '',
): Promise<string> {
  const running = execute(command, parameters, { env: ENVIRONMENT, maxBuffer: MAX_OUTPUT });
  // A tool that ends without reading all of its input says why by itself.
  running.child.stdin?.on('error', () => {});
  running.child.stdin?.end(input);
  const { stdout } = await running;
  return stdout;
}
