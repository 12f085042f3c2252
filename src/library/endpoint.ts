import { type Endpoint, parseEndpoint } from '../net/endpoint.ts';

/** The port where an endpoint names none: other socketmap servers have it, too. */
export const DEFAULT_PORT = 27_823;

const WITHOUT_PORT = /^tcp:\/\/(?:\[[^\]]*\]|[\w.-]+)$/;

/**
 * Reads an endpoint as `parseEndpoint` does; `tcp://HOST` has the default port.
 * @throws {SyntaxError} that says what is wrong with it and how it is written right
 */
export function readEndpoint(where: string | Endpoint): Endpoint {
  if (typeof where !== 'string') return where;
  return parseEndpoint(WITHOUT_PORT.test(where) ? `${where}:${DEFAULT_PORT}` : where);
}
