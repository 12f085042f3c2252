import { request as startRequest } from 'node:http';
import type { Endpoint } from '../../src/net/endpoint.ts';

/** What came back. */
export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

export interface HttpQuestion {
  /** Absent: GET. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Absent: 5000. */
  readonly timeoutMs?: number;
}

/** Asks an HTTP server on a connection of its own; rejects where none answers. Unlike `fetch`, it sends any Host. */
export function askHttp(
  endpoint: Endpoint,
  path: string,
  { method = 'GET', headers = {}, body, timeoutMs = 5000 }: HttpQuestion = {},
): Promise<HttpReply> {
  const where =
    endpoint.kind === 'tcp'
      ? { host: endpoint.host, port: endpoint.port }
      : { socketPath: endpoint.path };
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const request = startRequest(
      { ...where, path, method, headers, signal, agent: false },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** Posts JSON, with a bearer token where there is one. */
export const postJson = (
  endpoint: Endpoint,
  path: string,
  body: unknown,
  token?: string,
): Promise<HttpReply> =>
  askHttp(endpoint, path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
  });
