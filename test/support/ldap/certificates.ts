import { mkdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { run } from './run.ts';

/** The name in the certificate of every server of the tests. */
export const SERVER_NAME = 'ldap.example.test';

/** PEM files of one authority and of what it signed. */
export interface CertificateFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly clientCert: string;
  readonly clientKey: string;
}

/** Where they lie below `directory`. */
export function certificateFiles(directory: string): CertificateFiles {
  const file = (name: string) => join(directory, 'certificates', name);
  return {
    ca: file('ca.pem'),
    cert: file('server.pem'),
    key: file('server.key'),
    clientCert: file('client.pem'),
    clientKey: file('client.key'),
  };
}

// libldap takes "localhost" for the name of this machine, and then looks for that.
const NAMES = `DNS:${SERVER_NAME},DNS:localhost,DNS:${hostname()},IP:127.0.0.1,IP:127.0.0.9`;

/**
 * Makes them with openssl. The client's certificate is for the name `client`, in lines of openssl's configuration; the server's
 * for `names`.
 */
export async function makeCertificates(
  directory: string,
  client: string,
  names = NAMES,
): Promise<void> {
  await mkdir(join(directory, 'certificates'));
  const files = certificateFiles(directory);
  const authority = { cert: files.ca, key: join(directory, 'certificates', 'ca.key') };
  await makeCertificate(authority, 'CN=authority', [
    'basicConstraints=critical,CA:TRUE',
    'keyUsage=critical,keyCertSign,cRLSign',
    'subjectKeyIdentifier=hash',
  ]);
  const server = [`subjectAltName=${names}`, 'extendedKeyUsage=serverAuth'];
  await makeCertificate(files, `CN=${SERVER_NAME}`, server, authority);
  const own = { cert: files.clientCert, key: files.clientKey };
  await makeCertificate(own, client, ['extendedKeyUsage=clientAuth'], authority);
}

interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** Good for ten years: trees of servers are kept for long. */
async function makeCertificate(
  { cert, key }: Pair,
  name: string,
  extensions: readonly string[],
  signer?: Pair,
): Promise<void> {
  const config = `${cert}.cnf`;
  const head = '[req]\ndistinguished_name=name\nx509_extensions=extensions\nprompt=no\nutf8=yes';
  await writeFile(config, `${head}\n[name]\n${name}\n[extensions]\n${extensions.join('\n')}\n`);
  const form = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650'.split(
    ' ',
  );
  const signature = signer === undefined ? [] : ['-CA', signer.cert, '-CAkey', signer.key];
  const files = ['-config', config, '-keyout', key, '-out', cert];
  await run('openssl', ['req', ...form, ...signature, ...files]);
}
