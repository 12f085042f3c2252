import { Fault } from '../../directory.ts';
import type { Ask } from '../http/api.ts';
import { Refused, Transient } from '../http/replies.ts';

/**
 * Finds out whom the failure of a question is to be blamed on, when a stranger chose its key: nothing that a stranger can
 * choose opens the circuit. A firewall refuses some keys, and a database fails at some (MariaDB, at characters beyond those
 * of its columns). Where Keycloak still answers another question, it was this key.
 */
export async function blame(ask: Ask, error: unknown, signal: AbortSignal): Promise<unknown> {
  if (error instanceof Refused) return new Fault('doubt', error.message, { cause: error });
  if (!(error instanceof Transient) || error.kind !== 'directory' || signal.aborted) return error;
  try {
    await ask('/groups', { max: 1, briefRepresentation: true }, signal);
    return new Fault('entry', `${error.message}, and answers other questions`, { cause: error });
  } catch {
    return error;
  }
}
