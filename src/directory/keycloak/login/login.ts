import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { wallClock } from '../../../clock.ts';
import { readValueFile } from '../../../config/sources/secret.ts';
import { reasonOf } from '../../../reason.ts';
import { Fault } from '../../directory.ts';
import type { Site } from '../http/site.ts';
import type { KeycloakSettings, PrivateKey } from '../settings.ts';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * Writes the request for a token. Secrets, keys and projected tokens are read anew each time.
 * @throws {Fault} that names what can't be read, never its content
 */
export async function tokenForm(settings: KeycloakSettings, site: Site): Promise<string> {
  try {
    const form = { grant_type: 'client_credentials', ...(await proofOf(settings, site)) };
    return new URLSearchParams(form).toString();
  } catch (error) {
    throw new Fault('directory', `no token can be asked for: ${reasonOf(error)}`, { cause: error });
  }
}

/** How the client shows that it is the one. */
async function proofOf(
  settings: KeycloakSettings,
  site: Site,
): Promise<Readonly<Record<string, string>>> {
  const { clientId, clientSecret, privateKey, serviceAccountToken } = settings;
  if (clientSecret !== undefined) {
    return { client_id: clientId, client_secret: await clientSecret.read() };
  }
  if (privateKey !== undefined) {
    return {
      client_id: clientId,
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: await signAssertion(privateKey, clientId, site.issuer),
    };
  }
  if (serviceAccountToken !== undefined) {
    // Keycloak finds the client by the token's subject.
    return {
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: (await readValueFile(serviceAccountToken)).trim(),
    };
  }
  return { client_id: clientId };
}

/** Keycloak refuses a token from the future, and our clock may be ahead of its. */
const SKEW_S = 5;
const LIFE_S = 60;

/** Signs that we are the client (RFC 7523, section 3), once: Keycloak refuses a `jti` that it has seen. */
async function signAssertion(
  { file, algorithm, keyId }: PrivateKey,
  clientId: string,
  audience: string,
): Promise<string> {
  const pem = await readValueFile(file);
  const now = Math.trunc(wallClock.now() / 1000);
  const header = { alg: algorithm, typ: 'JWT', ...(keyId === undefined ? {} : { kid: keyId }) };
  const claims = {
    iss: clientId,
    sub: clientId,
    aud: audience,
    jti: randomUUID(),
    iat: now - SKEW_S,
    exp: now + LIFE_S,
  };
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${signWith(pem, file, algorithm, signed)}`;
}

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

function signWith(pem: string, file: string, algorithm: 'ES256' | 'RS256', text: string): string {
  const type = algorithm === 'ES256' ? 'ec' : 'rsa';
  let key: ReturnType<typeof createPrivateKey>;
  try {
    key = createPrivateKey(pem);
  } catch (error) {
    // What OpenSSL says of it may hold a part of the key.
    throw new Error(`${file} holds no private key without a passphrase in PEM form`, {
      cause: error,
    });
  }
  if (key.asymmetricKeyType !== type) {
    throw new Error(
      `${file} holds a key of type ${key.asymmetricKeyType}, ${algorithm} needs ${type}`,
    );
  }
  // JWS wants the two numbers of an ECDSA signature side by side (RFC 7518, 3.4).
  return sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString(
    'base64url',
  );
}
