import { isIP, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { type TlsFiles, UNTRUSTED } from '../../tls.ts';

/**
 * Speaks TLS over `socket` and checks the server's certificate against `host`, or the name that the settings give.
 * @throws {Error} where the handshake or the check fails; its message says what to do
 */
export function wrapInTls(
  socket: Socket,
  host: string,
  files: TlsFiles,
  serverName: string | undefined,
): Promise<TLSSocket> {
  const name = serverName ?? host;
  return new Promise((resolve, reject) => {
    const secured = connect({
      ...files,
      socket,
      // Without `host` Node checks the certificate against "localhost". An IP address is no name for SNI.
      host: name,
      ...(isIP(name) === 0 ? { servername: name } : {}),
    });
    secured.once('secureConnect', () => resolve(secured));
    // Stays for good: an error must never find the socket without a listener.
    secured.on('error', (error) => reject(new Error(explainTls(error, name), { cause: error })));
    secured.once('close', () => reject(new Error(ENDED)));
  });
}

const ENDED = 'the server ended the connection before TLS, is this a port for TLS?';

function explainTls(error: Error, name: string): string {
  const code = 'code' in error ? String(error.code) : '';
  if (UNTRUSTED.has(code))
    return `its certificate is not trusted (${error.message}), set tls.ca to its authority's file`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `its certificate is not for ${name}, use the certificate's name in the URL or set tls.serverName (${error.message})`;
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate has expired, renew it';
  if (code === 'ECONNRESET') return ENDED;
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_'))
    return `TLS failed, is this a port for TLS? (${error.message})`;
  return error.message;
}
