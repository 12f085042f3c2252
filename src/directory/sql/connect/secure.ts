import { readTlsFiles, type TlsFiles } from '../../tls.ts';
import { type SqlHost, staysHere } from '../settings/host.ts';
import type { ServerSettings } from '../settings.ts';

/** What a connection to a host is secured with, read for it; absent: nothing. */
export async function secureFor(
  host: SqlHost,
  { encrypt, tls }: Pick<ServerSettings, 'encrypt' | 'tls'>,
): Promise<TlsFiles | undefined> {
  if (host.kind === 'unix' || encrypt === 'never') return undefined;
  if (encrypt === 'remote' && staysHere(host)) return undefined;
  return readTlsFiles(tls);
}

/** What a server is told that can do without TLS alone. */
export const NO_TLS = 'it has no TLS: switch that on there, or set encrypt: never';
