import { parseDomain } from '../../address/address.ts';
import type { Ask } from './http/api.ts';
import type { OrganizationSettings } from './settings.ts';
import { listOrganizations } from './trust/listing.ts';

/**
 * Lists the domains of enabled organizations. Whoever may add one to an organization could make any domain ours, so it
 * has to be verified, and to be allowed where the settings name domains.
 */
export async function listDomains(
  ask: Ask,
  { verified: needed, allowDomains }: OrganizationSettings,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const organizations = await listOrganizations(ask, signal);
  const domains = organizations
    .filter(({ enabled }) => enabled)
    .flatMap((organization) => organization.domains)
    .filter(({ verified }) => verified || needed === 'any')
    .map(({ name }) => parseDomain(name))
    .filter((name) => name !== undefined);
  return [...new Set(domains)].filter((name) => allowDomains?.includes(name) ?? true);
}
