import { X509Certificate } from 'node:crypto';
import type { z } from 'zod';
import type { clientTls } from '../config/schema/clienttls.ts';
import type { DeepReadonly } from '../config/schema.ts';
import { explainUnreadable } from '../config/sources/secret.ts';
import { readRegularFile } from '../files.ts';

/** How a connection is kept private. The files are read at each connection, so new certificates count at once. */
export type ClientTls = DeepReadonly<z.output<ReturnType<typeof clientTls>>>;

/** What one connection's TLS goes by: PEM texts, read for it. */
export type TlsFiles = Pick<ClientTls, 'ca' | 'cert' | 'key'>;

/** A file of the settings could not be read. */
export class UnreadableFile extends Error {}

/**
 * Reads the certificates anew.
 * @throws {UnreadableFile} that names the file which can't be read
 */
export async function readTlsFiles({ ca, cert, key }: ClientTls): Promise<TlsFiles> {
  const [caText, certText, keyText] = await Promise.all([
    readPem('ca', ca),
    readPem('cert', cert),
    readPem('key', key),
  ]);
  return {
    ...(caText === undefined ? {} : { ca: caText }),
    ...(certText === undefined ? {} : { cert: certText }),
    ...(keyText === undefined ? {} : { key: keyText }),
  };
}

async function readPem(
  setting: 'ca' | 'cert' | 'key',
  file: string | undefined,
): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const bytes = await readRegularFile(file).catch(async (error: unknown) => {
    throw new UnreadableFile(`tls: ${await explainUnreadable(file, error)}`, { cause: error });
  });
  const text = bytes.toString('utf8');
  if (MARKS[setting].test(text)) return text;
  const pem = setting === 'key' ? undefined : fromDer(bytes);
  if (pem !== undefined) return pem;
  throw new UnreadableFile(
    setting === 'key'
      ? `tls.key: ${file} holds no private key in PEM, convert it: openssl pkey -in ${file} -out key.pem`
      : `tls.${setting}: ${file} holds no certificate, write it in PEM: openssl x509 -in ${file} -out ${setting}.pem`,
  );
}

const CERTIFICATE = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/;

/** What a PEM file begins its parts with. */
const MARKS = {
  ca: CERTIFICATE,
  cert: CERTIFICATE,
  key: /-----BEGIN (?:\w+ )*PRIVATE KEY-----/,
} as const;

/** A certificate as Windows exports it, in DER: Node reads PEM alone. Absent: it is none. */
function fromDer(bytes: Buffer): string | undefined {
  try {
    return new X509Certificate(bytes).toString();
  } catch {
    return undefined;
  }
}

/** Says what an error of a connection means where TLS is at fault, and how to mend it; absent: it is none of TLS. */
export function explainTls(code: string, message: string): string | undefined {
  if (UNTRUSTED.has(code))
    return `its certificate is not trusted (${message}), set tls.ca to its authority's file`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `its certificate is for another name, use that one in the URL or set tls.serverName (${message})`;
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate has expired, renew it';
  if (code === 'EPROTO' || code.startsWith('ERR_SSL') || code.startsWith('ERR_OSSL'))
    return `TLS failed, is this a port for TLS, and does it know the authority of tls.cert? (${message})`;
  return undefined;
}

/** Node's codes for a certificate of an authority that is not trusted. */
const UNTRUSTED: ReadonlySet<string> = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
]);
