import { isIP, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { codeOf } from '../../../reason.ts';
import { explainTls, type TlsFiles } from '../../tls.ts';

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
    secured.on('error', (error) => reject(new Error(explain(error), { cause: error })));
    secured.once('close', () => reject(new Error(ENDED)));
  });
}

const ENDED = 'the server ended the connection before TLS, is this a port for TLS?';

function explain(error: Error): string {
  const code = codeOf(error);
  return code === 'ECONNRESET' ? ENDED : (explainTls(code, error.message) ?? error.message);
}
