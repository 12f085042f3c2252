import { readFile } from 'node:fs/promises';
import { explainUnreadable } from '../config/sources/secret.ts';
import type { ClientTls } from './clienttls.ts';

/** What one connection's TLS goes by: PEM texts, read for it. */
export type TlsFiles = Pick<ClientTls, 'ca' | 'cert' | 'key'>;

/** A file of the settings could not be read. */
export class UnreadableFile extends Error {}

/**
 * Reads the certificates anew.
 * @throws {UnreadableFile} that names the file which can't be read
 */
export async function readTlsFiles({ ca, cert, key }: ClientTls): Promise<TlsFiles> {
  const [caText, certText, keyText] = await Promise.all([ca, cert, key].map(readPem));
  return {
    ...(caText === undefined ? {} : { ca: caText }),
    ...(certText === undefined ? {} : { cert: certText }),
    ...(keyText === undefined ? {} : { key: keyText }),
  };
}

async function readPem(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UnreadableFile(`tls: ${await explainUnreadable(file, error)}`, { cause: error });
  }
}

/** Node's codes for a certificate of an authority that is not trusted. */
export const UNTRUSTED: ReadonlySet<string> = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
]);
