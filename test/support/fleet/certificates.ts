import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CertificateFiles, certificateFiles, makeCertificates } from '../ldap/certificates.ts';
import { run } from '../ldap/run.ts';
import { makeTemporaryDirectory } from '../temporary.ts';

/** What an engine of tests shows whoever connects. */
export type Shown = 'good' | 'for another name' | 'expired';

/** Certificates in a directory of their own. */
export interface TestCertificates {
  readonly files: CertificateFiles;
  /** As an engine's command line takes them, with a port for TLS: it demands a certificate of its clients. */
  options(tlsPort: number): readonly string[];
  remove(): Promise<void>;
}

/** Makes an authority, a server's certificate for 127.0.0.1 and a client's. */
export async function makeEngineCertificates(shown: Shown = 'good'): Promise<TestCertificates> {
  const place = await makeTemporaryDirectory('engine-tls');
  const names = shown === 'for another name' ? 'DNS:other.example.test' : 'IP:127.0.0.1';
  await makeCertificates(place.path, 'CN=idpmap', names);
  const files = certificateFiles(place.path);
  if (shown === 'expired') await expire(files, join(place.path, 'certificates'), names);
  return {
    files,
    options: (tlsPort) => [
      '--tls-port',
      String(tlsPort),
      '--tls-auth-clients',
      'yes',
      '--tls-cert-file',
      files.cert,
      '--tls-key-file',
      files.key,
      '--tls-ca-cert-file',
      files.ca,
      // What it shows other engines.
      '--tls-client-cert-file',
      files.clientCert,
      '--tls-client-key-file',
      files.clientKey,
    ],
    remove: () => place.remove(),
  };
}

/** Signs the server's certificate again, so that it ended yesterday. */
async function expire(files: CertificateFiles, directory: string, names: string): Promise<void> {
  const [request, extensions] = [join(directory, 'server.csr'), join(directory, 'server.ext')];
  await writeFile(extensions, `subjectAltName=${names}\n`);
  await run('openssl', ['req', '-new', '-key', files.key, '-subj', '/CN=expired', '-out', request]);
  const signer = ['-CA', files.ca, '-CAkey', join(directory, 'ca.key'), '-CAcreateserial'];
  const form = ['-req', '-in', request, '-days', '-1', '-extfile', extensions, '-out', files.cert];
  await run('openssl', ['x509', ...form, ...signer]);
}
