import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { JWT_CLIENT } from './clients.ts';
import type { KeycloakServer } from './keycloak.ts';

/** What `JWT_CLIENT` of the realm `mail` proves itself by, through https; good for a minute, and once. */
export async function signAssertion({
  httpsUrl,
  jwtKey,
}: Pick<KeycloakServer, 'httpsUrl' | 'jwtKey'>): Promise<string> {
  const now = Math.floor(new Date().getTime() / 1000);
  const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const content = [
    { alg: 'ES256', kid: JWT_CLIENT },
    {
      iss: JWT_CLIENT,
      sub: JWT_CLIENT,
      aud: `${httpsUrl}/realms/mail`,
      jti: randomUUID(),
      iat: now - 5,
      exp: now + 60,
    },
  ]
    .map(encode)
    .join('.');
  const key = createPrivateKey(await readFile(jwtKey));
  const signature = sign('sha256', Buffer.from(content), { key, dsaEncoding: 'ieee-p1363' });
  return `${content}.${signature.toString('base64url')}`;
}
