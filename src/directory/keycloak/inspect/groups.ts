import { isRecord } from '../../../record.ts';
import type { Ask } from '../http/api.ts';
import { Forbidden, NotThere } from '../http/faults.ts';
import { readAttributes, readGroup } from '../people/rows.ts';
import { walkGroups } from '../trust/groupwalk.ts';
import { listOrganizations } from '../trust/listing.ts';
import { type Look, ok, some, warning } from './look.ts';

/** What groups have as addresses, at all depths. */
export const lookAtGroups: Look = async ({ settings: { groupAttribute }, ask }, signal) => {
  if (groupAttribute === undefined) return [];
  const walk = await walkGroups(ask, groupAttribute, signal);
  const odd = [...walk.odd.values()].flat();
  return [
    odd.length === 0
      ? ok(`it sees groups, ${walk.addressed} of ${walk.groups} have an address`)
      : warning(
          `Keycloak compares attributes of groups as they stand, and idpmap finds these only once it has read all groups, write in ${groupAttribute} the address alone and in lower case: ${some(odd.map((value) => JSON.stringify(value)))}`,
        ),
    ...(walk.isWhole
      ? []
      : [
          warning(
            `only ${walk.groups} groups were looked at, there are more: those whose ${groupAttribute} is not written in lower case are not found`,
          ),
        ]),
  ];
};

/** Groups of organizations (Keycloak 26.6) lie apart from the realm's: those with an address are not found. */
export const lookAtOrganizationGroups: Look = async ({ settings, ask }, signal) => {
  const { groupAttribute } = settings;
  if (groupAttribute === undefined) return [];
  try {
    const values: string[] = [];
    for (const { id } of (await listOrganizations(ask, signal)).slice(0, MOST)) {
      values.push(...(await addressesBelow(ask, id, groupAttribute, signal)));
    }
    return values.length === 0
      ? []
      : [
          warning(
            `groups of organizations are not looked at, give these addresses to groups of the realm: ${some(values)}`,
          ),
        ];
  } catch (error) {
    // Without organizations, or the right to see them, there is nothing to say.
    if (error instanceof Forbidden || error instanceof NotThere) return [];
    throw error;
  }
};

const MOST = 100;

async function addressesBelow(
  ask: Ask,
  organization: string,
  attribute: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const path = `/organizations/${encodeURIComponent(organization)}/groups`;
  const rows = await ask(path, { briefRepresentation: false, max: MOST }, signal);
  if (!Array.isArray(rows)) return [];
  return rows.flatMap((row: unknown) =>
    readGroup(row) === undefined || !isRecord(row)
      ? []
      : (readAttributes(row['attributes'])[attribute] ?? []),
  );
}
