import type { KeycloakSettings } from '../settings.ts';

/** Where a realm answers. A token counts only below the URL that gave it, so there is one for all questions. */
export interface Site {
  /** The base URL, as configured. */
  readonly url: string;
  readonly origin: string;
  /** Paths from the origin on. */
  readonly tokenPath: string;
  readonly adminPath: string;
  /** The issuer in tokens, where Keycloak knows itself under the same URL. */
  readonly issuer: string;
  readonly realm: string;
  readonly clientId: string;
}

/** Finds where the realm of the settings answers. */
export function createSite({
  url,
  realm,
  clientId,
}: Pick<KeycloakSettings, 'url' | 'realm' | 'clientId'>): Site {
  const { origin, pathname } = new URL(url);
  const prefix = pathname.replace(/\/+$/, '');
  const name = encodeURIComponent(realm);
  return {
    url,
    origin,
    tokenPath: `${prefix}/realms/${name}/protocol/openid-connect/token`,
    adminPath: `${prefix}/admin/realms/${name}`,
    issuer: `${origin}${prefix}/realms/${name}`,
    realm,
    clientId,
  };
}
