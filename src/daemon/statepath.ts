import { createHash } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where packages and the chart keep it. */
const SYSTEM = '/var/lib/idpmap';

/**
 * Gives the path of the state file where the configuration names none: in the directory that systemd made, else in
 * /var/lib/idpmap where that can be written, else where this user keeps such files. A daemon whose control socket is not
 * the usual one has another: several may run as one user.
 */
export function defaultStatePath(environment: Environment, control?: string): string {
  const { STATE_DIRECTORY: made = '', XDG_STATE_HOME: own = '' } = environment;
  // systemd lists several directories with colons between them.
  const [first = ''] = made.split(':');
  if (first !== '') return join(first, 'state');
  const name = control === undefined ? 'state' : `state-${digestOf(control)}`;
  if (isWritable(SYSTEM)) return join(SYSTEM, name);
  return join(own === '' ? join(homedir(), '.local/state') : own, 'idpmap', name);
}

const digestOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 8);

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
