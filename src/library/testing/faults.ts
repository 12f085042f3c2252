import type { FaultMode } from './proxy.ts';
import type { Subject } from './subject.ts';

/** What happens between a directory and its store. */
export interface StoreFault {
  readonly name: string;
  readonly mode: FaultMode;
  /** Whether the store answers in part, so that who is nobody may be denied. */
  readonly isPartial?: true;
}

const PAGE = '<!doctype html><title>Not Found</title><h1>Not Found</h1>';

const reply = (status: string, body: string, type = 'application/json', more = ''): string =>
  `HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\n${more}Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`;

/** What a store that is broken, a proxy before it, or another server in its place says. */
const REPLIES: Readonly<Record<string, string>> = {
  'a 500': reply('500 Internal Server Error', '{"error":"oops"}'),
  'a 503 of a proxy': reply('503 Service Unavailable', PAGE, 'text/html'),
  'a 401': reply('401 Unauthorized', '{"error":"invalid token"}'),
  'a 403': reply('403 Forbidden', '{"error":"no rights"}'),
  'a 404 of a proxy': reply('404 Not Found', PAGE, 'text/html'),
  'a 404 of another route': reply('404 Not Found', '{"message":"Cannot GET"}'),
  'a 429': reply(
    '429 Too Many Requests',
    '{"error":"slow down"}',
    'application/json',
    'Retry-After: 1\r\n',
  ),
  'a redirect to a login': reply('302 Found', '', 'text/html', 'Location: /login\r\n'),
  'a 200 with a login page': reply('200 OK', PAGE, 'text/html'),
  'a 200 without a body': reply('200 OK', ''),
  'a 204': 'HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n',
  'a 200 with null': reply('200 OK', 'null'),
  'a 200 with {}': reply('200 OK', '{}'),
  'a 200 with an error': reply('200 OK', '{"error":"oops"}'),
  'a 200 that is cut':
    'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\nConnection: close\r\n\r\n{"',
  'what is no HTTP': 'SSH-2.0-OpenSSH_9.2\r\n',
};

/** All that a directory of the subject's store has to live with. */
export function faultsFor({ speaks }: Pick<Subject, 'speaks'>): readonly StoreFault[] {
  const cuts = (['refuse', 'reset', 'blackhole', 'cut', 'tear'] as const).map((mode) => ({
    name: mode,
    mode,
  }));
  if (speaks !== 'http') return cuts;
  const replies = Object.entries(REPLIES);
  return [
    ...cuts,
    ...replies.map(([name, text]) => ({ name, mode: { reply: text, after: 0 } })),
    ...replies.map(([name, text]) => ({
      name: `${name}, after a first good reply`,
      mode: { reply: text, after: 1 },
      isPartial: true as const,
    })),
    ...replies.map(([name, text]) => ({
      name: `${name}, once`,
      mode: { reply: text, after: 0, times: 1 },
      isPartial: true as const,
    })),
  ];
}
