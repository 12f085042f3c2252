import type { Log } from '../../../log.ts';
import { isRecord } from '../../../record.ts';
import { named } from '../../../redaction.ts';
import { Fault } from '../../directory.ts';
import type { DirectoryHooks } from '../../hooks.ts';
import { grantCommand } from '../commands.ts';
import type { Ask } from '../http/api.ts';
import { Forbidden, Refused } from '../http/faults.ts';
import type { Site } from '../http/site.ts';
import { type UserRow } from '../people/rows.ts';
import type { KeycloakSettings } from '../settings.ts';

/** Knows whether users come from a directory behind Keycloak, whose failures look like "nobody". */
export interface Federation {
  /** Takes note of a user that was shown. */
  readonly see: (user: UserRow) => void;
  /** Looks into the realm's settings whether there is such a directory; no matter where the client may not. */
  look(ask: Ask, signal: AbortSignal): Promise<void>;
  /** Whether all users are known to be Keycloak's own. */
  areOwn(): boolean;
  /** Why a *none* may come from a directory that Keycloak can't reach, and what to set; absent: it can't. */
  doubt(): string | undefined;
  /** @throws {Fault} `doubt` where there is one */
  believe(): void;
  /** Forgets what was learnt, and says what that was. */
  forget(): string | undefined;
}

export interface FederationOptions {
  readonly settings: Pick<KeycloakSettings, 'federation'>;
  readonly site: Site;
  readonly name: string;
  readonly kept: DirectoryHooks['kept'];
  readonly log: Log;
}

/** What is known: a storage, by what showed it; or that there is none, which only the realm's settings tell. */
type Known = { readonly storage: string } | 'none' | undefined;

/** What was learnt, as `kept` has it. */
const KEPT = 'federation';

/**
 * Creates it for one realm. What was learnt is kept, so that it counts after a restart too: the directory behind Keycloak
 * may be down by then.
 */
export function createFederation({
  settings: { federation },
  site,
  name,
  kept,
  log,
}: FederationOptions): Federation {
  const realm = `${site.url} ${site.realm}`;
  let known: Known = recall(kept.read(KEPT), realm);
  /** Whether somebody from elsewhere was shown since the start: no list of storages takes that back. */
  let isSeen = false;

  const learn = (storage: string): void => {
    if (isStorage(known)) return;
    known = { storage };
    kept.write(KEPT, { realm, storage });
    const reason = doubt();
    if (reason !== undefined) {
      log.error({ directory: name, reason }, 'nobody is believed to be absent');
    }
  };

  const doubt = (): string | undefined => {
    if (federation === 'live') return LIVE;
    if (federation === 'synced') return undefined;
    if (isStorage(known)) return `${known.storage}, and ${REMEDY}`;
    return known === 'none' || federation === 'none' ? undefined : unknowable(site);
  };

  return {
    see: ({ username, isFederated }) => {
      if (!isFederated) return;
      isSeen = true;
      learn(`${named(username)} comes from a directory behind Keycloak`);
    },
    async look(ask, signal) {
      const names = await storages(ask, signal);
      if (names === undefined) {
        // It may have known before the role was taken from it.
        if (known === 'none') known = undefined;
        return;
      }
      const [first] = names;
      if (first !== undefined) return learn(`realm ${site.realm} has the user storage ${first}`);
      if (isSeen) return;
      if (isStorage(known)) kept.write(KEPT, undefined);
      known = 'none';
    },
    areOwn: () => federation === 'none' || (federation === 'auto' && known === 'none'),
    doubt,
    believe() {
      const reason = doubt();
      if (reason !== undefined) throw new Fault('doubt', reason);
    },
    forget() {
      if (!isStorage(known)) return undefined;
      const { storage } = known;
      known = undefined;
      isSeen = false;
      kept.write(KEPT, undefined);
      return storage;
    },
  };
}

const isStorage = (known: Known): known is { readonly storage: string } =>
  typeof known === 'object';

function recall(value: unknown, realm: string): Known {
  if (!isRecord(value) || value['realm'] !== realm) return undefined;
  const { storage } = value;
  return typeof storage === 'string' ? { storage } : undefined;
}

/** The names of the realm's user storages; absent: the client may not know. */
async function storages(ask: Ask, signal: AbortSignal): Promise<readonly string[] | undefined> {
  try {
    const type = 'org.keycloak.storage.UserStorageProvider';
    const components = await ask('/components', { type }, signal);
    if (!Array.isArray(components)) {
      throw new Refused('keycloak answers with no list of components');
    }
    return components.map((component: unknown) => {
      const text = isRecord(component) ? component['name'] : undefined;
      return typeof text === 'string' ? text : 'without a name';
    });
  } catch (error) {
    if (error instanceof Forbidden) return undefined;
    throw error;
  }
}

const LIVE =
  'with federation: live nobody is believed to be absent, for Keycloak says so too while the directory behind it is down; put that directory beside this one as type: ldap';

/** What an administrator should set. */
const REMEDY =
  'while that is down, Keycloak shows nobody who is not imported: set federation: synced where all users are imported by a periodic full sync, else live; where it is there no more, run: idpmap accept';

const unknowable = (site: Site): string =>
  `it can not be known whether users come from a directory behind Keycloak, which shows nobody while that is down: let idpmap see it, run: ${grantCommand(site, 'view-realm')}; or set federation: none where all users are Keycloak's own`;
