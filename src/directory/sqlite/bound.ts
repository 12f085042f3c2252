import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Of util-linux, which each distribution has; images may not, nor other systems. */
const SETPRIV = '/usr/bin/setpriv';
const BOUND = ['--pdeathsig', 'KILL'];

let known: Promise<boolean> | undefined;

/**
 * What to start for a program to end with us, were we killed. systemd and containers end all that we leave behind anyway;
 * elsewhere it is left at work where there is no `setpriv`.
 */
export async function boundToUs(
  program: string,
  parameters: readonly string[],
): Promise<readonly [string, readonly string[]]> {
  known ??= canBind();
  return (await known) ? [SETPRIV, [...BOUND, program, ...parameters]] : [program, parameters];
}

/** Some have a `setpriv` that can do less. */
const canBind = (): Promise<boolean> =>
  promisify(execFile)(SETPRIV, [...BOUND, SETPRIV, '--version'], { env: {} }).then(
    () => true,
    () => false,
  );
