import { isIP } from 'node:net';

/** A place to listen at, or to connect to. */
export type Endpoint = TcpEndpoint | UnixEndpoint;

/** A port of a host. */
export interface TcpEndpoint {
  readonly kind: 'tcp';
  /** An address or a host name, an IPv6 address without brackets. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

/** A socket's file. */
export interface UnixEndpoint {
  readonly kind: 'unix';
  readonly path: string;
  /** The socket file's permission bits; absent: 0660. */
  readonly mode?: number;
  /** The socket file's group, by name or number; absent: the process's own. */
  readonly group?: string;
}

/** The kernel's `sun_path` holds 108 bytes with the NUL that ends it. */
export const MAX_UNIX_PATH_BYTES = 107;

/** An address with its port, to which nobody wrote a scheme; `inet:9100` has one, though another's. */
const BARE = /^(?!(?:inet6?|local|https?|socketmap):)(?:\[[^\]]*\]|[\w.-]+):\d{1,5}$/;

/**
 * Reads `tcp://host:port` (IPv6 in brackets; `tcp://` may be left out) or `unix:/path?mode=0660&group=postfix` (a relative path is kept as it is).
 * @throws {SyntaxError} that says what is wrong with `text` and how it is written right
 */
export function parseEndpoint(text: string): Endpoint {
  if (text.startsWith('unix:')) return parseUnix(text);
  if (text.startsWith('tcp:')) return parseTcp(text);
  if (BARE.test(text)) return parseTcp(`tcp://${text}`);
  throw new SyntaxError(
    `"${text}" is no endpoint, write tcp://HOST:PORT or unix:/path?mode=0660&group=postfix`,
  );
}

function parseTcp(text: string): TcpEndpoint {
  const match = /^tcp:\/\/(?:\[(?<v6>[^\]]*)\]|(?<host>[\w.-]+)):(?<port>\d{1,5})$/.exec(text);
  const { v6, host = v6, port = '' } = match?.groups ?? {};
  if (host === undefined || Number(port) > 65_535 || (v6 !== undefined && isIP(v6) !== 6)) {
    throw new SyntaxError(
      `"${text}" is no endpoint, write tcp://HOST:PORT with a port up to 65535 and IPv6 in brackets, as in tcp://[::1]:PORT`,
    );
  }
  return { kind: 'tcp', host, port: Number(port) };
}

function parseUnix(text: string): UnixEndpoint {
  const mark = text.indexOf('?');
  const path = text.slice('unix:'.length, mark === -1 ? undefined : mark).replace(/^\/{2,}/, '/');
  if (path === '' || path.endsWith('/') || path.includes('\0')) {
    throw new SyntaxError(`"${text}" names no socket file, write unix:/path/of/the/socket`);
  }
  if (/[:,]/.test(path)) {
    throw new SyntaxError(
      `"${text}" has more behind its path than options, write unix:/path?mode=0660&group=postfix (the name of a map stands in main.cf alone)`,
    );
  }
  if (Buffer.byteLength(path) > MAX_UNIX_PATH_BYTES) {
    throw new SyntaxError(
      `the path of "${text}" has ${Buffer.byteLength(path)} bytes, a socket's path takes ${MAX_UNIX_PATH_BYTES}: choose a shorter one`,
    );
  }
  return { kind: 'unix', path, ...parseOptions(text, mark === -1 ? '' : text.slice(mark + 1)) };
}

function parseOptions(text: string, options: string): Pick<UnixEndpoint, 'mode' | 'group'> {
  const given = [...new URLSearchParams(options)];
  const { mode, group, ...others } = Object.fromEntries(given);
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw new SyntaxError(`"${text}" has an unknown option "${other}", known are mode and group`);
  }
  if (given.length > Number(mode !== undefined) + Number(group !== undefined)) {
    throw new SyntaxError(`"${text}" has an option twice, keep one`);
  }
  if (group === '') throw new SyntaxError(`"${text}" names no group, write group=postfix`);
  if (mode !== undefined && !/^0?[0-7]{3}$/.test(mode)) {
    throw new SyntaxError(`mode "${mode}" in "${text}" is not octal, write mode=0660`);
  }
  if (mode !== undefined && !/^0?[67]/.test(mode)) {
    throw new SyntaxError(
      `mode "${mode}" in "${text}" gives its owner no right to read and write, write mode=0660`,
    );
  }
  return {
    ...(mode === undefined ? {} : { mode: Number.parseInt(mode, 8) }),
    ...(group === undefined ? {} : { group }),
  };
}

/** A host as it stands before a port: an IPv6 address in brackets. */
export const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** Writes an endpoint as `parseEndpoint` reads it, without its options: for logs and errors. */
export function formatEndpoint(endpoint: Endpoint): string {
  if (endpoint.kind === 'unix') return `unix:${endpoint.path}`;
  const host = bracketed(endpoint.host);
  return `tcp://${host}:${endpoint.port}`;
}

/** Whether only this machine can reach it. A host name other than `localhost` counts as reachable from outside. */
export function isLocal(endpoint: Endpoint): boolean {
  if (endpoint.kind === 'unix') return true;
  const { host } = endpoint;
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
