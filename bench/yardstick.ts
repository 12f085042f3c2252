import { join } from 'node:path';
import type { Endpoint } from '../src/net/endpoint.ts';
import type { Stage } from './stage.ts';

/** The bare responder of `responder.ts`, running. */
export interface Responder {
  readonly pid: number;
  readonly tcp: Endpoint;
  readonly unix: Endpoint;
}

/** Starts the bare responder; on its Unix socket, replies come after `delayMs`. */
export async function startResponder(stage: Stage, delayMs = 0): Promise<Responder> {
  const path = join(stage.directory, 'responder.sock');
  const running = stage.start('server', 'responder.ts', [path, String(delayMs)]);
  const port = await running.find((line) => {
    const told: { port: number } = JSON.parse(line);
    return told.port;
  });
  return {
    pid: running.pid,
    tcp: { kind: 'tcp', host: '127.0.0.1', port },
    unix: { kind: 'unix', path },
  };
}
