import { type Address, parseAddress } from '../../../address/address.ts';
import { Fault } from '../../directory.ts';
import { grantCommand } from '../commands.ts';
import type { Ask } from '../http/api.ts';
import type { Site } from '../http/site.ts';
import { canViewUsers, rolesIn } from '../login/claims.ts';
import type { Tokens } from '../login/token.ts';
import { findOwners } from '../people/find.ts';
import type { FindOptions } from '../people/options.ts';
import type { KeycloakSettings } from '../settings.ts';
import type { Federation } from './federation.ts';
import { listSome } from './visible.ts';

export interface ProofOptions {
  readonly ask: Ask;
  readonly site: Site;
  readonly tokens: Pick<Tokens, 'take' | 'drop'>;
  readonly find: FindOptions;
  readonly federation: Federation;
  readonly proof: KeycloakSettings['proof'];
  readonly canary?: string;
}

/** Shows that whoever is there can be found. */
export interface Proof {
  /** Learns of an account's own address that was found just now. */
  learn(address: Address): void;
  /**
   * One question in the common case: the canary, else whoever was found last, else any user.
   * @throws {Fault} where it does not find them
   */
  probe(signal: AbortSignal): Promise<void>;
  /**
   * All that can be looked at: the token's roles, the list of users, where they come from, the canary. Throws where
   * something is missing.
   */
  readonly check: (signal: AbortSignal) => Promise<void>;
}

/** So many users are looked at for one who comes from elsewhere. */
const SAMPLE = 20;

/** Creates the proof of one realm. */
export function createProof(options: ProofOptions): Proof {
  const { ask, site, tokens, find, federation, canary } = options;
  const canaryAddress = canary === undefined ? undefined : parseAddress(canary);
  let witness: Address | undefined;

  async function isFound(address: Address, signal: AbortSignal): Promise<boolean> {
    try {
      return (await findOwners(ask, address, find, signal)).status === 'found';
    } catch (error) {
      // It contradicts itself about this one: that shows nobody either.
      if (error instanceof Fault && error.kind === 'entry') return false;
      throw error;
    }
  }

  async function checkCanary(address: Address, signal: AbortSignal): Promise<void> {
    if (await isFound(address, signal)) return;
    throw new Fault(
      'doubt',
      `keycloak does not show the canary ${address.text} as an account's own address, so nobody is believed to be absent: create that user, or mend canary`,
    );
  }

  async function checkRoles(signal: AbortSignal): Promise<void> {
    const token = await tokens.take(signal);
    if (canViewUsers(rolesIn(token.text, site.realm))) return;
    // A role given after this token shows in the next one only.
    tokens.drop(token);
    throw new Fault(
      'doubt',
      `the token of ${site.clientId} does not name the role view-users, so nobody is believed to be absent; run: ${grantCommand(site, 'view-users')} (and with fullScopeAllowed off give the client that scope; lightweight access tokens have to be off)`,
    );
  }

  return {
    learn(address) {
      witness = address;
    },
    async probe(signal) {
      if (canaryAddress !== undefined) return checkCanary(canaryAddress, signal);
      const known = witness;
      if (known !== undefined && (await isFound(known, signal))) return;
      if (witness === known) witness = undefined;
      await listSome(ask, options, 1, signal);
    },
    check: async (signal) => {
      await checkRoles(signal);
      for (const user of await listSome(ask, options, SAMPLE, signal)) federation.see(user);
      await federation.look(ask, signal);
      if (canaryAddress !== undefined) await checkCanary(canaryAddress, signal);
    },
  };
}
