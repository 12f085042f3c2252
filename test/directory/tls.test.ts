import { expect, test } from 'vitest';
import { explainTls } from '../../src/directory/tls.ts';

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
