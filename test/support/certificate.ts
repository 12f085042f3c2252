import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';

/** A certificate that signs itself, so it is also its own CA: PEM texts. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Makes one for 127.0.0.1, with openssl, in `directory`. */
export function makeCertificate(directory: string, name: string): Certificate {
  const [cert, key] = [join(directory, `${name}.pem`), join(directory, `${name}.key`)];
  const form = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2'.split(' ');
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  const options = ['req', ...form, ...subject, '-keyout', key, '-out', cert];
  execFileSync('openssl', options, { stdio: 'pipe' });
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
}

/** The name in the certificate that a server on this port of 127.0.0.1 shows. */
export function certificateAt(port: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().subject.CN);
      socket.destroy();
    });
    socket.once('error', reject);
  });
}
