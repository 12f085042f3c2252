import {
  type Asked,
  type ScriptedReply,
  startScripted,
} from '../../test/support/keycloak/script.ts';
import { DOMAIN } from '../questions.ts';

/** A server that speaks like Keycloak and counts what it is asked. */
export interface FleetKeycloak {
  /** A directory's, as a configuration has them. */
  readonly settings: object;
  readonly delayMs: number;
  /** Requests since it was reset, by what they are for. */
  counts(): Readonly<Record<Kind, number>>;
  reset(): void;
  /** Answers without delay from now on. */
  hurry(): void;
  stop(): Promise<void>;
}

/** For somebody, for nobody; whether it sees anybody while it says so; tokens and checks. */
type Kind = 'people' | 'strangers' | 'proofs' | 'others';

const DELAY_MS = 10;

/** Starts one in which everybody of `DOMAIN` has an account. */
export async function startFleetKeycloak(): Promise<FleetKeycloak> {
  const server = await startScripted();
  let delayMs = DELAY_MS;
  const counts = { people: 0, strangers: 0, proofs: 0, others: 0 };
  server.script = (asked) => {
    const address = addressIn(asked);
    counts[kindOf(asked, address)] += 1;
    // It would keep them all.
    server.asked.length = 0;
    return address === undefined ? undefined : answer(asked, address, delayMs);
  };
  return {
    settings: {
      type: 'keycloak',
      url: server.url,
      realm: 'mail',
      clientId: 'idpmap',
      clientSecret: 'hush',
      federation: 'none',
      connections: 16,
      timeout: '5s',
    },
    delayMs: DELAY_MS,
    counts: () => ({ ...counts }),
    reset: () => void Object.assign(counts, { people: 0, strangers: 0, proofs: 0, others: 0 }),
    hurry: () => {
      delayMs = 0;
    },
    stop: () => server.stop(),
  };
}

const addressIn = ({ path, query }: Asked): string | undefined =>
  path.endsWith('/users') || path.endsWith('/users/count') ? query['email'] : undefined;

function kindOf({ path, query }: Asked, address: string | undefined): Kind {
  if (path.endsWith('/users/count') || query['max'] === '1') return 'proofs';
  if (address === undefined) return 'others';
  return address.endsWith(`@${DOMAIN}`) ? 'people' : 'strangers';
}

/** As much as Keycloak says of a user. */
function answer({ path }: Asked, address: string, afterMs: number): ScriptedReply {
  const name = address.slice(0, address.indexOf('@'));
  const isThere = address.endsWith(`@${DOMAIN}`);
  if (path.endsWith('/count')) return { body: isThere ? 1 : 0, afterMs };
  const row = {
    id: `465a9dc1-e376-4b77-baca-${name.slice(-12).padStart(12, '0')}`,
    username: name,
    firstName: name,
    lastName: 'Person',
    email: address,
    emailVerified: true,
    enabled: true,
    createdTimestamp: 1_767_225_600_000,
    totp: false,
    disableableCredentialTypes: [],
    requiredActions: [],
    notBefore: 0,
    access: { manage: false },
  };
  return { body: isThere ? [row] : [], afterMs };
}
