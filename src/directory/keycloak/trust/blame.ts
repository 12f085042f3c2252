import { reasonOf } from '../../../reason.ts';
import { Fault } from '../../directory.ts';
import type { Ask } from '../http/api.ts';
import { Refused, Transient, Unauthorized } from '../http/faults.ts';
import { showUsers } from './listing.ts';

/**
 * Finds out whom the failure of a question is to be blamed on, when a stranger chose its key: nothing that a stranger can
 * choose opens the circuit. A firewall refuses some keys in whatever way it likes, and a database fails at some (MariaDB, at
 * characters beyond those of its columns). Where Keycloak still shows a user to a question without a key, it was this key.
 */
export async function blame(ask: Ask, error: unknown, signal: AbortSignal): Promise<unknown> {
  const isOurs = error instanceof Fault && error.kind !== 'directory';
  if (isOurs || signal.aborted) return error;
  if (await answersOthers(ask, signal)) {
    return new Fault('entry', `${saidIn(error)}, and answers other questions${mend(error)}`, {
      cause: error,
    });
  }
  return error instanceof Refused ? new Fault('doubt', error.message, { cause: error }) : error;
}

async function answersOthers(ask: Ask, signal: AbortSignal): Promise<boolean> {
  try {
    const list = { condition: {}, brief: true, max: 1 };
    return (await showUsers(ask, list, signal)).length > 0;
  } catch {
    return false;
  }
}

const saidIn = (error: unknown): string =>
  error instanceof Refused || error instanceof Unauthorized ? error.said : reasonOf(error);

function mend(error: unknown): string {
  if (error instanceof Refused || error instanceof Unauthorized) {
    return ': is there a firewall before Keycloak that refuses this one? have it let idpmap through';
  }
  return error instanceof Transient ? ': its log may say why' : '';
}
