import { isIP } from 'node:net';
import { bracketed } from '../../../net/endpoint.ts';
import { hideLogin } from '../../../printable.ts';

/** Where an LDAP server listens. */
export type LdapEndpoint =
  | {
      readonly kind: 'tcp';
      /** A name or address, IPv6 without brackets. */
      readonly host: string;
      readonly port: number;
      /** TLS from the first byte: `ldaps://`. */
      readonly secure: boolean;
    }
  | { readonly kind: 'unix'; readonly path: string };

const URL_FORM =
  /^(?<scheme>ldaps?):\/\/(?:\[(?<v6>[^\]]*)\]|(?<host>[\w.-]+))(?::(?<port>\d{1,5}))?\/?$/i;

/**
 * Reads `ldaps://host[:636]`, `ldap://host[:389]`, or `ldapi:///path/of/socket`, whose path may be percent-encoded.
 * @throws {SyntaxError} that says how it is written right
 */
export function parseLdapUrl(text: string): LdapEndpoint {
  if (/^ldapi:\/\//i.test(text)) return { kind: 'unix', path: readPath(text) };
  const parts = URL_FORM.exec(text)?.groups ?? {};
  const host = hostOf(parts);
  const secure = parts['scheme']?.toLowerCase() === 'ldaps';
  const port = parts['port'] === undefined ? standardPort(secure) : Number(parts['port']);
  if (host === undefined || port > 65_535 || port === 0) {
    throw new SyntaxError(
      `"${hideLogin(text)}" is no LDAP server, write ldaps://ldap.example.org, ldap://HOST:PORT or ldapi:///run/slapd/ldapi; the base is a setting of its own`,
    );
  }
  return { kind: 'tcp', host, port, secure };
}

const hostOf = ({ host, v6 = '' }: Partial<Record<string, string>>): string | undefined =>
  host ?? (isIP(v6) === 6 ? v6 : undefined);

const standardPort = (secure: boolean): number => (secure ? 636 : 389);

/** `ldapi:///PATH`, or as a URL has it, `ldapi://%2FPATH/`: what follows the host there would be a base. */
function readPath(text: string): string {
  const written = text.slice('ldapi://'.length);
  const [host = '', base = ''] = /^%2f/i.test(written) ? written.split(/\/(.*)/s, 2) : [written];
  let path: string;
  try {
    path = decodeURIComponent(host);
  } catch {
    path = host;
  }
  // A socket is no directory.
  path = path.replace(/\/+$/, '');
  if (!path.startsWith('/') || path.includes('\0') || base !== '') {
    throw new SyntaxError(
      `"${text}" names no socket, write ldapi:///run/slapd/ldapi; the base is a setting of its own`,
    );
  }
  return path;
}

/** Writes it as `parseLdapUrl` reads it, with its port: for logs, errors and the printed configuration. */
export function formatLdapUrl(endpoint: LdapEndpoint): string {
  if (endpoint.kind === 'unix') return `ldapi://${endpoint.path}`;
  const host = bracketed(endpoint.host);
  return `${endpoint.secure ? 'ldaps' : 'ldap'}://${host}:${endpoint.port}`;
}

/** Whether what is sent there stays on this machine. */
export const staysHere = (endpoint: LdapEndpoint): boolean =>
  endpoint.kind === 'unix' ||
  endpoint.host === 'localhost' ||
  endpoint.host === '::1' ||
  (isIP(endpoint.host) === 4 && endpoint.host.startsWith('127.'));
