import { isIP } from 'node:net';
import { bracketed } from '../../net/endpoint.ts';
import { hideLogin } from '../../printable.ts';

/** Where an engine listens that a fleet shares. */
export type EngineUrl = NodeUrl | { readonly kind: 'unix'; readonly path: string };

/** Where it listens for other machines, too. */
export interface NodeUrl {
  readonly kind: 'tcp';
  /** A name or address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte: `valkeys://`. */
  readonly secure: boolean;
}

const URL_FORM =
  /^(?:valkey|redis)(?<secure>s?):\/\/(?:\[(?<v6>[^\]]*)\]|(?<host>[\w.-]+))(?::(?<port>\d{1,5}))?\/?$/i;

/** Valkey's and Redis's own … */
const PORT = 6379;

/** … and that of their sentinels. */
const SENTINEL_PORT = 26_379;

/**
 * Reads `valkeys://HOST[:6379]`, `valkey://…`, `rediss://…`, `redis://…` or `unix:/path`.
 * @throws {SyntaxError} that says how it is written right
 */
export function parseEngineUrl(text: string): EngineUrl {
  const url = text.startsWith('unix:') ? readPath(text) : readTcp(text, PORT);
  if (url === undefined)
    throw new SyntaxError(
      `${JSON.stringify(hideLogin(text))} is no engine, write valkeys://HOST:PORT, valkey://HOST:PORT or unix:/path; ${hintAt(text)}`,
    );
  return url;
}

/**
 * Reads where one of a cluster's nodes listens.
 * @throws {SyntaxError} that says how it is written right
 */
export const parseClusterUrl = (text: string): NodeUrl => parseNodeUrl(text, PORT);

/**
 * Reads where a sentinel listens.
 * @throws {SyntaxError} that says how it is written right
 */
export const parseSentinelUrl = (text: string): NodeUrl => parseNodeUrl(text, SENTINEL_PORT);

function parseNodeUrl(text: string, port: number): NodeUrl {
  const url = readTcp(text, port);
  if (url === undefined)
    throw new SyntaxError(
      `${JSON.stringify(hideLogin(text))} is none of several engines, write valkeys://HOST:PORT or valkey://HOST:PORT; ${hintAt(text)}`,
    );
  return url;
}

function readPath(text: string): EngineUrl | undefined {
  const path = text.slice('unix:'.length).replace(/^\/{2,}/, '/');
  return path.startsWith('/') && !path.includes('\0') ? { kind: 'unix', path } : undefined;
}

function readTcp(text: string, usual: number): NodeUrl | undefined {
  const { secure = '', v6 = '', host, port = String(usual) } = URL_FORM.exec(text)?.groups ?? {};
  const name = host ?? (isIP(v6) === 6 ? v6 : undefined);
  if (name === undefined || !isPort(Number(port))) return undefined;
  return { kind: 'tcp', host: name, port: Number(port), secure: secure !== '' };
}

const isPort = (port: number): boolean => port >= 1 && port <= 65_535;

/** What it is that was not meant to be there. */
function hintAt(text: string): string {
  if (/@/.test(text)) return 'user and password are settings of their own';
  if (/[,;\s]\s*\S/.test(text.trim()))
    return 'several are written as a list, in cluster.urls or sentinel.urls';
  if (/^\w+:\/\/[^/]+\/./.test(text))
    return 'it takes no database: fleets share one, and fleet.name keeps them apart';
  if (/^\w+:\/\/[^/]*:[^/\]]*\/?$/.test(text)) return 'a port is a number from 1 to 65535';
  if (/:.*:/.test(text.replace(/^\w+:\/\//, ''))) return 'an IPv6 address stands in brackets';
  return 'user and password are settings of their own';
}

/** Writes it as `parseEngineUrl` reads it: for logs, errors and the printed configuration. */
export function formatEngineUrl(url: EngineUrl): string {
  if (url.kind === 'unix') return `unix:${url.path}`;
  const host = bracketed(url.host);
  return `${url.secure ? 'valkeys' : 'valkey'}://${host}:${url.port}`;
}

/** Whether what is sent there stays on this machine. */
export const isHere = (url: EngineUrl): boolean =>
  url.kind === 'unix' ||
  url.host === 'localhost' ||
  url.host === '::1' ||
  (isIP(url.host) === 4 && url.host.startsWith('127.'));
