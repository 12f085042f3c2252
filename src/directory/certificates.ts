import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

/**
 * Notes when the certificates of a connection expire, in calendar ms: the server's as `certificateExpiresAt`, and our
 * own, `cert` as PEM, as `clientCertificateExpiresAt`.
 */
export function noteCertificates(
  figures: Record<string, number>,
  socket: TLSSocket,
  cert: string | undefined,
): void {
  const { valid_to: ends } = socket.getPeerCertificate();
  if (typeof ends === 'string') figures['certificateExpiresAt'] = Date.parse(ends);
  if (cert !== undefined) {
    figures['clientCertificateExpiresAt'] = Date.parse(new X509Certificate(cert).validTo);
  }
}
