import { isIP } from 'node:net';
import { bracketed } from '../../../net/endpoint.ts';
import { hideLogin } from '../../../printable.ts';

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
  if (/^\/[^\0]+$/.test(path)) return { kind: 'unix', path };
  const parts = FORM.exec(text)?.groups ?? {};
  const host = hostOf(parts);
  const port = parts['port'] === undefined ? standardPort : Number(parts['port']);
  if (host === undefined || port > 65_535 || port === 0)
    throw new SyntaxError(
      `"${hideLogin(text)}" is no server, write db.example.org, db.example.org:${standardPort} or the path of a socket`,
    );
  return { kind: 'tcp', host, port };
}

const hostOf = ({ host, v6 = '' }: Partial<Record<string, string>>): string | undefined =>
  host ?? (isIP(v6) === 6 ? v6 : undefined);

/** Writes it as `parseHost` reads it: for logs, errors and the printed configuration. */
export function formatHost(host: SqlHost, standardPort: number): string {
  if (host.kind === 'unix') return host.path;
  const name = bracketed(host.host);
  return host.port === standardPort ? name : `${name}:${host.port}`;
}

/** Whether what is sent there stays on this machine. */
export const staysHere = (host: SqlHost): boolean =>
  host.kind === 'unix' ||
  host.host === 'localhost' ||
  host.host === '::1' ||
  (isIP(host.host) === 4 && host.host.startsWith('127.'));
