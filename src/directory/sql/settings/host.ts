import { isIP } from 'node:net';

/** Where a database server listens. */
export type SqlHost =
  | {
      readonly kind: 'tcp';
      /** A name or address, IPv6 without brackets. */
      readonly host: string;
      readonly port: number;
    }
  | { readonly kind: 'unix'; readonly path: string };

const FORM = /^(?:inet:)?(?:\[(?<v6>[^\]]*)\]|(?<host>[\w.-]+))(?::(?<port>\d{1,5}))?$/iu;

/**
 * Reads `db.example.org`, `db.example.org:5433`, `[::1]:5432` or `/run/postgresql`; `inet:` and `unix:` as Postfix writes them.
 * @throws {SyntaxError} that says how it is written right
 */
export function parseHost(text: string, standardPort: number): SqlHost {
  const path = text.startsWith('unix:') ? text.slice('unix:'.length) : text;
  if (path.startsWith('/') && path !== '/' && !path.includes('\0')) return { kind: 'unix', path };
  const { v6, host, port } = FORM.exec(text)?.groups ?? {};
  const name = host ?? (isIP(v6 ?? '') === 6 ? v6 : undefined);
  const number = port === undefined ? standardPort : Number(port);
  if (name === undefined || number > 65_535 || number === 0)
    throw new SyntaxError(
      `"${text}" is no server, write db.example.org, db.example.org:${standardPort} or the path of a socket`,
    );
  return { kind: 'tcp', host: name, port: number };
}

/** Writes it as `parseHost` reads it: for logs, errors and the printed configuration. */
export function formatHost(host: SqlHost, standardPort: number): string {
  if (host.kind === 'unix') return host.path;
  const name = host.host.includes(':') ? `[${host.host}]` : host.host;
  return host.port === standardPort ? name : `${name}:${host.port}`;
}

/** Whether what is sent there stays on this machine. */
export const staysHere = (host: SqlHost): boolean =>
  host.kind === 'unix' ||
  host.host === 'localhost' ||
  host.host === '::1' ||
  (isIP(host.host) === 4 && host.host.startsWith('127.'));
