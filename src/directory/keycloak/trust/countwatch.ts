import { preciseClock } from '../../../clock.ts';
import { Fault } from '../../directory.ts';
import { waitFor } from '../../waiting.ts';
import type { Ask } from '../http/api.ts';
import { PAGE } from '../http/paging.ts';
import { liesInFields, valuesIn } from '../people/account.ts';
import { attributeQuery } from '../people/query.ts';
import { normalise } from '../people/written.ts';
import type { KeycloakSettings } from '../settings.ts';
import { countUsers, showUsers } from './listing.ts';

/**
 * Knows whether Keycloak counts users by what an attribute contains. Before 26.6 it does not: it takes no notice of `exact`
 * where it counts, and so counts nobody who has ` ann@example.org ` by `ann@example.org`. Keycloak 24 does not list them
 * either: there all users are read now and then for values that are not an address alone.
 */
export interface CountWatch {
  /** Whether it was seen to count by what `attribute` contains. */
  counts(attribute: string): boolean;
  /**
   * The values that mean `address`, which is normalised, with something around it, as far as they were read.
   * @throws {Fault} `starting` where nothing was looked at before `signal` aborts
   */
  around(attribute: string, address: string, signal: AbortSignal): Promise<readonly string[]>;
  /** Looks whether it does, until it is known. Never throws, and only a start waits for it: it may be slow in a big realm. */
  look(ask: Ask): Promise<void>;
  stop(): void;
}

/** What every address contains; nobody has it as it stands here. */
const PART = '_@_';
/** So many users are read, for so long, where none is shown by a part; where they are more than few, now and then. */
const MOST = 5000;
const READ_MS = 5000;
const FEW = 200;
const RARELY = 10;

type Odd = ReadonlyMap<string, readonly string[]>;

/** Creates the watch over the attributes that hold addresses. As long as nobody has one of them, that one is not known. */
export function createCountWatch({
  addressFrom,
  aliasAttribute,
}: Pick<KeycloakSettings, 'addressFrom' | 'aliasAttribute'>): CountWatch {
  const life = new AbortController();
  const first = Promise.withResolvers<void>();
  const counted = new Set<string>();
  const looked = new Set<string>();
  const read = new Map<string, { readonly odd: Odd; readonly users: number }>();
  let rounds = 0;
  let isLooking = false;

  async function lookAt(attribute: string, ask: Ask): Promise<void> {
    const condition = { q: attributeQuery(attribute, PART), exact: false };
    const shown = await showUsers(ask, { condition, brief: true, max: 1 }, life.signal);
    if (shown.length > 0) {
      if ((await countUsers(ask, condition, life.signal)) > 0) counted.add(attribute);
      return;
    }
    const last = read.get(attribute);
    if (last !== undefined && last.users > FEW && rounds % RARELY !== 1) return;
    read.set(attribute, await readOdd(ask, attribute, life.signal));
  }

  return {
    counts: (attribute) => counted.has(attribute),
    async around(attribute, address, signal) {
      await waitFor(first.promise, signal, unlooked);
      if (!looked.has(attribute)) throw unlooked();
      return read.get(attribute)?.odd.get(address) ?? [];
    },
    async look(ask) {
      if (isLooking) return;
      isLooking = true;
      rounds += 1;
      try {
        for (const name of [addressFrom, aliasAttribute]) {
          if (name !== undefined && !liesInFields(name) && !counted.has(name)) {
            await lookAt(name, ask);
            looked.add(name);
          }
        }
      } catch {
        // Until it is known, more is asked of each address.
      } finally {
        isLooking = false;
        first.resolve();
      }
    },
    stop: () => {
      life.abort();
      first.resolve();
    },
  };
}

const unlooked = (): Fault => new Fault('starting', 'the users have not been looked at yet');

/** Reads users for values of `attribute` that are not an address alone, by the address that they mean. */
async function readOdd(
  ask: Ask,
  attribute: string,
  signal: AbortSignal,
): Promise<{ readonly odd: Odd; readonly users: number }> {
  const until = preciseClock.now() + READ_MS;
  const odd = new Map<string, readonly string[]>();
  let users = 0;
  while (users < MOST && preciseClock.now() < until) {
    const list = { condition: { first: users }, brief: false, max: PAGE };
    const page = await showUsers(ask, list, signal);
    users += page.length;
    for (const value of page.flatMap((user) => valuesIn(user, attribute))) {
      const meant = normalise(value);
      if (meant !== value) odd.set(meant, [...new Set([...(odd.get(meant) ?? []), value])]);
    }
    if (page.length < PAGE) break;
  }
  return { odd, users };
}
