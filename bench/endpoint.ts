import { type Endpoint, parseEndpoint } from '../src/net/endpoint.ts';
import { propertyOf } from '../src/record.ts';
import type { Running } from './stage.ts';

/** Reads from a daemon's log where it listens first, once it does. */
export async function readEndpoint(running: Running): Promise<Endpoint> {
  const line = await running.find((text) =>
    text.includes('"msg":"listening"') ? text : undefined,
  );
  const endpoints = propertyOf(JSON.parse(line), 'endpoints');
  return parseEndpoint(String(Array.isArray(endpoints) ? endpoints[0] : endpoints));
}
