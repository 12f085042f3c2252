import {
  formatLdapUrl,
  type LdapEndpoint,
  parseLdapUrl,
  staysHere,
} from '../../directory/ldap/settings/endpoint.ts';
import type { Reader } from './reader.ts';

/**
 * A server and how it is asked, as the configuration writes it but for the password, which must not be printed. Tables
 * that agree in it share a directory.
 */
export interface Server {
  readonly urls: readonly string[];
  readonly startTls?: true;
  readonly insecure?: true;
  /** `ca`, `cert` and `key`. */
  readonly tls?: Readonly<Record<string, string>>;
  readonly bind?:
    | { readonly dn: string; readonly password: string }
    | { readonly sasl: 'external' }
    | { readonly anonymous: true };
  readonly referrals?: 'ignore';
}

/** Reads which server a table asks, and how. */
export function readServer(reader: Reader): Server {
  const endpoints = readEndpoints(reader);
  const startTls = reader.flag('start_tls');
  const isOpen = endpoints.some(
    (endpoint) => !startTls && !staysHere(endpoint) && !isSecure(endpoint),
  );
  if (isOpen) {
    reader.note(
      'server_host',
      'there is no TLS, so the network sees the password and can forge answers: better write startTls: true or ldaps:// than insecure: true',
    );
  }
  const bind = readBind(reader);
  return {
    urls: endpoints.map(formatLdapUrl),
    ...(startTls && { startTls }),
    ...(isOpen && { insecure: true as const }),
    ...readTls(reader, startTls || endpoints.some(isSecure)),
    ...(bind !== undefined && { bind }),
    ...readReferrals(reader),
  };
}

const isSecure = (endpoint: LdapEndpoint): boolean => endpoint.kind === 'tcp' && endpoint.secure;

/** Hosts without a scheme take `server_port`; an IPv6 address needs a URL, as in Postfix. */
function readEndpoints(reader: Reader): readonly LdapEndpoint[] {
  const port = reader.number('server_port', 1) ?? 389;
  const hosts = reader.list('server_host') ?? ['localhost'];
  const endpoints = hosts.flatMap((host): LdapEndpoint[] => {
    const plain = host.includes(':') ? `ldap://${host}` : `ldap://${host}:${port}`;
    try {
      return [parseLdapUrl(/^ldap[si]?:\/\//i.test(host) ? host : plain)];
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      reader.lack('server_host', error.message);
      return [];
    }
  });
  if (endpoints.length === 0) reader.lack('server_host', 'it names no server, write urls');
  return endpoints;
}

const TLS_FILES = { ca: 'tls_ca_cert_file', cert: 'tls_cert', key: 'tls_key' } as const;

function readTls(reader: Reader, isUsed: boolean): Pick<Server, 'tls'> {
  const isChecked = reader.flag('tls_require_cert');
  const files = Object.entries(TLS_FILES).flatMap(([setting, name]) => {
    const path = reader.text(name) ?? '';
    return path === '' ? [] : [{ setting, name, path }];
  });
  if (!isUsed) {
    for (const { name } of files) reader.note(name, 'left out, for there is no TLS to this server');
    return {};
  }
  const tls: Readonly<Record<string, string>> = Object.fromEntries(
    files.map(({ setting, path }) => [setting, path]),
  );
  if (!isChecked) {
    reader.note(
      'tls_require_cert',
      "Postfix does not check the server's certificate, idpmap always does: name its authority's PEM file as tls.ca, unless it is a public one",
    );
  }
  if ('cert' in tls !== 'key' in tls) {
    reader.lack('tls_cert', 'tls_cert and tls_key go together, write tls.cert and tls.key');
  }
  return files.length === 0 ? {} : { tls };
}

const BINDS: ReadonlyMap<string, 'anonymous' | 'simple' | 'sasl'> = new Map([
  ['no', 'anonymous'],
  ['none', 'anonymous'],
  ['yes', 'simple'],
  ['simple', 'simple'],
  ['sasl', 'sasl'],
]);

function readBind(reader: Reader): Server['bind'] {
  const written = reader.text('bind') ?? 'yes';
  const dn = reader.text('bind_dn') ?? '';
  const password = reader.text('bind_pw') ?? '';
  const mechanisms = reader.list('sasl_mechs') ?? [];
  const way = BINDS.get(written.toLowerCase());
  if (way === 'sasl') return readSasl(reader, mechanisms);
  if (way === 'anonymous' || (way === 'simple' && dn === '')) return { anonymous: true };
  if (way === 'simple') return readLogin(reader, dn, password);
  reader.lack('bind', `"${written}" is none of no, yes, simple and sasl: write bind`);
  return undefined;
}

function readLogin(reader: Reader, dn: string, password: string): Server['bind'] {
  if (password === '') {
    reader.lack('bind_pw', `it is missing, and without a password ${dn} is nobody: write it`);
  }
  return { dn, password };
}

function readSasl(reader: Reader, mechanisms: readonly string[]): Server['bind'] {
  const names = mechanisms.map((name) => name.toUpperCase());
  if (!names.includes('EXTERNAL')) {
    reader.lack(
      'sasl_mechs',
      'idpmap knows EXTERNAL (a client certificate, or ldapi) and a DN with its password: make an account for it and write bind',
    );
    return undefined;
  }
  if (names.length > 1) reader.note('sasl_mechs', 'only EXTERNAL is carried over');
  return { sasl: 'external' };
}

/** Postfix passes over referrals, or follows them; idpmap never follows one. */
function readReferrals(reader: Reader): Pick<Server, 'referrals'> {
  if (!reader.flag('chase_referrals')) return { referrals: 'ignore' };
  reader.note(
    'chase_referrals',
    'idpmap follows no referrals, a search that meets one is a fault: ask a server that has all entries',
  );
  return {};
}
