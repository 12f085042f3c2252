import type { Directory } from '../../directory.ts';
import { checkKept } from '../feed/events.ts';
import type { Site } from '../http/site.ts';
import type { KeycloakSettings } from '../settings.ts';
import type { Federation } from '../trust/federation.ts';
import { type FollowOptions, followRealm } from './follow.ts';

/** What a directory has to follow its realm with. */
export interface OfferOptions
  extends Pick<FollowOptions, 'ask' | 'clock' | 'origin' | 'prove' | 'counted'> {
  readonly settings: KeycloakSettings;
  readonly site: Site;
  readonly federation: Federation;
}

/** Lets a mirror follow the realm, where one is configured. */
export function offerToFollow(options: OfferOptions): Pick<Directory, 'follow'> {
  const { settings, ask, site, federation } = options;
  const { mirror, events } = settings;
  if (mirror === undefined) return {};
  const following: FollowOptions = {
    ...options,
    events,
    refreshMs: mirror.refresh,
    seen: federation.see,
    areOwn: () => federation.areOwn(),
    mayLackSome: () => federation.doubt() !== undefined,
    keepsOwn: async (signal) => (await checkKept(ask, site, signal)).own,
  };
  return { follow: (cursor, signal) => followRealm(following, cursor, signal) };
}
