import { parseDomain } from '../../address/address.ts';
import type { Served } from '../../daemon/served.ts';
import { valuesOf } from '../../directory/finding.ts';
import { askEntries } from '../../directory/people/ask.ts';
import { isDeliverable } from '../../maps/deliverable.ts';
import { firstDeliverable } from '../../maps/target.ts';
import { reasonOf } from '../../reason.ts';
import type { Direct } from '../direct.ts';
import type { PlacedRemark } from '../remark.ts';

/** Whom every domain has to have: RFC 5321, section 4.5.1, and RFC 2142, section 4. */
const OFFICES = ['postmaster', 'abuse'] as const;

/** A check asks for those of so many listed domains: a directory may list thousands. */
const MAX_ASKED = 50;

/** Domains of which a remark names so many. */
const MAX_NAMED = 5;

/** Tells in which domains nobody is postmaster or abuse: such mail would be refused, and no domain may refuse it. */
export async function checkOffices(direct: Direct): Promise<readonly PlacedRemark[]> {
  const remarks: PlacedRemark[] = [];
  const asked = await listDomains(direct, remarks);
  for (const office of OFFICES) {
    const configured = await without(office, Object.keys(direct.state.settings.domains), (name) =>
      isConfiguredOffice(`${office}@${name}`, direct),
    );
    const listed = await without(office, [...asked.keys()], (name) =>
      isListedOffice(office, name, asked.get(name) ?? [], direct),
    );
    remarks.push(
      ...tell(office, configured, 'give the domain a role'),
      ...tell(office, listed, 'give listedDomains a role'),
    );
  }
  return remarks;
}

/** The domains that are only listed, each with the directories that list it. */
async function listDomains(
  { state }: Direct,
  remarks: PlacedRemark[],
): Promise<ReadonlyMap<string, readonly Served[]>> {
  const listers = new Map<string, readonly Served[]>();
  for (const each of state.served.values()) {
    const { directory, settings, name } = each;
    try {
      const listed = await directory.domains?.(AbortSignal.timeout(settings.timeout));
      for (const text of listed === undefined ? [] : valuesOf(listed)) {
        const domain = parseDomain(text);
        if (domain === undefined || Object.hasOwn(state.settings.domains, domain)) continue;
        listers.set(domain, [...(listers.get(domain) ?? []), each]);
      }
    } catch (error) {
      const text = `its domains can't be listed: ${reasonOf(error)}`;
      remarks.push({ level: 'failed', about: `directory ${name}`, text });
    }
  }
  return new Map([...listers].slice(0, MAX_ASKED));
}

/** The `domains` in which `isThere` says so of nobody; who could not be asked for is no news here. */
async function without(
  office: string,
  domains: readonly string[],
  isThere: (domain: string) => Promise<boolean>,
): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const domain of domains) if (!(await isThere(domain))) missing.push(`${office}@${domain}`);
  return missing;
}

/** Where a role or a catch-all stands in, its target is checked apart. */
async function isConfiguredOffice(
  address: string,
  { state, contextNow }: Direct,
): Promise<boolean> {
  const [office = '', name = ''] = address.split('@');
  const { world } = state.routes;
  const domain = world.domains.get(name);
  if (domain?.roles.has(office) === true || domain?.catchAll !== undefined) return true;
  const taken = await firstDeliverable([address], world, contextNow());
  return !('status' in taken) || taken.status !== 'none';
}

async function isListedOffice(
  office: string,
  name: string,
  listers: readonly Served[],
  { state }: Direct,
): Promise<boolean> {
  const { catchAll, roles } = state.settings.listedDomains;
  if (catchAll !== undefined || Object.hasOwn(roles, office)) return true;
  for (const { directory, settings, cleaned } of listers) {
    try {
      const ask = askEntries(directory, settings, cleaned);
      const signal = AbortSignal.timeout(settings.timeout);
      const entries = valuesOf(await ask(`${office}@${name}`, { signal }));
      if (isDeliverable(entries, state.routes.world.rules) !== 'no') return true;
    } catch {
      // That the directory fails is told by what asks it first; a doubt about one address denies nobody.
      return true;
    }
  }
  return false;
}

function tell(office: string, missing: readonly string[], where: string): readonly PlacedRemark[] {
  if (missing.length === 0) return [];
  const named = missing.slice(0, MAX_NAMED).join(', ');
  const rest = missing.length > MAX_NAMED ? ` and ${missing.length - MAX_NAMED} more` : '';
  return [
    {
      level: 'warning',
      about: office,
      text: `nobody is ${named}${rest}: such mail is refused, ${where}: roles: { ${office}: ADDRESS }`,
    },
  ];
}
