import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { onTestFinished } from 'vitest';

/** A cluster that signs service-account tokens, as far as Keycloak asks it. */
export interface Issuer {
  readonly url: string;
  /** Signs a token for a subject, good for ten minutes. */
  sign(subject: string, audience: string): string;
}

const KEY_ID = 'cluster';
const LIFE_S = 600;

/** Starts one on 127.0.0.1, until the test ends. */
export async function startIssuer(): Promise<Issuer> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = { ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, alg: 'RS256', use: 'sig' };
  const server = createServer(({ url }, response) => {
    const content = url?.endsWith('/keys')
      ? { keys: [key] }
      : { issuer: address(), jwks_uri: `${address()}/keys` };
    response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify(content));
  });
  const address = (): string => `http://127.0.0.1:${Object(server.address()).port}`;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  return {
    url: address(),
    sign: (subject, audience) => signToken(privateKey, address(), subject, audience),
  };
}

function signToken(key: KeyObject, issuer: string, subject: string, audience: string): string {
  const now = Math.floor(new Date().getTime() / 1000);
  const content = [
    { alg: 'RS256', kid: KEY_ID, typ: 'JWT' },
    { iss: issuer, sub: subject, aud: [audience], iat: now - 5, nbf: now - 5, exp: now + LIFE_S },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${content}.${sign('sha256', Buffer.from(content), key).toString('base64url')}`;
}
