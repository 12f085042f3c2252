import type { Ask } from '../http/api.ts';
import { liesInFields } from '../people/account.ts';
import { attributeQuery } from '../people/query.ts';
import type { KeycloakSettings } from '../settings.ts';
import { countUsers, showUsers } from './listing.ts';

/**
 * Knows whether Keycloak counts users by what an attribute contains. Before 26.6 it does not: it takes no notice of `exact`
 * where it counts, and so counts nobody who has ` ann@example.org ` by `ann@example.org`.
 */
export interface CountWatch {
  /** Whether it was seen to count by what `attribute` contains. */
  counts(attribute: string): boolean;
  /** Looks whether it does, until it is known. Never throws, and nothing waits for it: it may be slow in a big realm. */
  look(ask: Ask): Promise<void>;
  stop(): void;
}

/** What every address contains; nobody has it as it stands here. */
const PART = '_@_';

/** Creates the watch over the attributes that hold addresses. As long as nobody has one of them, that one is not known. */
export function createCountWatch({
  addressFrom,
  aliasAttribute,
}: Pick<KeycloakSettings, 'addressFrom' | 'aliasAttribute'>): CountWatch {
  const life = new AbortController();
  const counted = new Set<string>();
  let isLooking = false;

  async function lookAt(attribute: string, ask: Ask): Promise<void> {
    const condition = { q: attributeQuery(attribute, PART), exact: false };
    const shown = await showUsers(ask, { condition, brief: true, max: 1 }, life.signal);
    if (shown.length === 0) return;
    if ((await countUsers(ask, condition, life.signal)) > 0) counted.add(attribute);
  }

  return {
    counts: (attribute) => counted.has(attribute),
    async look(ask) {
      if (isLooking) return;
      isLooking = true;
      try {
        for (const name of [addressFrom, aliasAttribute]) {
          if (name !== undefined && !liesInFields(name) && !counted.has(name))
            await lookAt(name, ask);
        }
      } catch {
        // Until it is known, more is asked of each address.
      } finally {
        isLooking = false;
      }
    },
    stop: () => life.abort(),
  };
}
