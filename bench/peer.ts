import { type Endpoint, parseEndpoint } from '../src/net/endpoint.ts';
import { MAP } from './daemon.ts';
import { accountAt } from './questions.ts';

/** Another socketmap server that runs already, to be measured beside ours. */
export interface Peer {
  readonly name: string;
  readonly endpoint: Endpoint;
  /** Its process; absent: what it costs is not measured, only how much it gets done. */
  readonly pid?: number;
}

/** What a peer has to answer, for people. */
export const PEER_TERMS = `it has to answer "${MAP} ${accountAt(0)}" and so on to ${accountAt(9999)} with OK and the address`;

/**
 * Reads `NAME=inet:HOST:PORT[,PID]` or `NAME=unix:PATH[,PID]`, the endpoint as main.cf has it.
 * @throws {TypeError} that says what is wrong
 */
export function parsePeer(text: string): Peer {
  const [, name, kind, place, pid] = /^([^=]+)=(inet|unix):([^,]+?)(?:,(\d+))?$/.exec(text) ?? [];
  if (name === undefined || place === undefined)
    throw new TypeError(`"${text}" is no peer: NAME=inet:HOST:PORT[,PID], and ${PEER_TERMS}`);
  const endpoint = parseEndpoint(kind === 'inet' ? `tcp://${place}` : `unix:${place}`);
  return { name, endpoint, ...(pid !== undefined && { pid: Number(pid) }) };
}
