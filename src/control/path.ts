import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Gives the path of the control socket where the configuration names none: in the directory that systemd made, else
 * where this user keeps run-time files. A demo has one of its own, so that it runs beside a daemon.
 */
export function defaultControlPath(environment: Environment, use: 'daemon' | 'demo'): string {
  const name = use === 'demo' ? 'demo.control' : 'control';
  return join(runtimeDirectory(environment, process.getuid?.() ?? 0), name);
}

function runtimeDirectory(
  { RUNTIME_DIRECTORY: made = '', XDG_RUNTIME_DIR: own = '' }: Environment,
  user: number,
): string {
  // systemd lists several directories with colons between them.
  const [first = ''] = made.split(':');
  if (first !== '') return first;
  if (user === 0) return '/run/idpmap';
  return own === '' ? temporaryDirectory(user) : join(own, 'idpmap');
}

/** Where a user without a place of his own for run-time files keeps them: among everybody's. */
export const temporaryDirectory = (user: number): string => join(tmpdir(), `idpmap-${user}`);
