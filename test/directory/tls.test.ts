import { X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { explainTls, readTlsFiles } from '../../src/directory/tls.ts';
import { makeCertificate } from '../support/certificate.ts';
import { makePlace } from '../support/instance.ts';

test.each([
  ['SELF_SIGNED_CERT_IN_CHAIN', 'set tls.ca'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'set tls.ca'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'set tls.serverName'],
  ['CERT_HAS_EXPIRED', 'renew it'],
  ['EPROTO', 'is this a port for TLS'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'is this a port for TLS'],
  ['ERR_OSSL_X509_KEY_VALUES_MISMATCH', 'tls.cert'],
])('says how to mend %s', (code, mend) => {
  expect(explainTls(code, 'as Node says')).toContain(mend);
});

test.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', ''])('leaves %j to others', (code) => {
  expect(explainTls(code, 'x')).toBeUndefined();
});

describe('the files of TLS', () => {
  /** A certificate in files of all kinds. */
  async function make() {
    const place = await makePlace();
    const { cert, key } = makeCertificate(place, 'sso');
    const write = async (name: string, content: string | Buffer): Promise<string> => {
      await writeFile(join(place, name), content);
      return join(place, name);
    };
    return { write, cert, key };
  }

  test('may hold an authority in DER, as Windows exports it', async () => {
    const { write, cert } = await make();
    const ca = await write('ca.cer', new X509Certificate(cert).raw);
    const read = await readTlsFiles({ ca });
    expect(new X509Certificate(read.ca ?? '').fingerprint256).toBe(
      new X509Certificate(cert).fingerprint256,
    );
  });

  test('are taken as they are in PEM, whatever else they hold', async () => {
    const { write, cert, key } = await make();
    const both = await write('both.pem', `# ours\n${key}${cert}`);
    const text = `# ours\n${key}${cert}`;
    expect(await readTlsFiles({ ca: both, cert: both, key: both })).toEqual({
      ca: text,
      cert: text,
      key: text,
    });
  });

  test.each([
    ['ca', 'no certificate at all', 'tls.ca: %s holds no certificate, write it in PEM'],
    ['ca', '', 'tls.ca: %s holds no certificate'],
    ['ca', Buffer.from('3082000030', 'hex'), 'tls.ca: %s holds no certificate'],
    ['cert', '-----BEGIN PRIVATE KEY-----', 'tls.cert: %s holds no certificate'],
    ['key', '-----BEGIN CERTIFICATE-----', 'tls.key: %s holds no private key in PEM, convert it'],
  ] as const)('say what is wrong: %s holds %j', async (setting, content, says) => {
    const { write } = await make();
    const file = await write('x', content);
    await expect(readTlsFiles({ [setting]: file })).rejects.toThrow(says.replace('%s', file));
  });
});
