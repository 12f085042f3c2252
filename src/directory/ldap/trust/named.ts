import { Fault } from '../../directory.ts';
import type { LdapSettings } from '../settings.ts';
import type { Proof } from './proof.ts';
import type { Schemas } from './schema.ts';

/** An attribute, and the setting that names it. */
interface NamedAttribute {
  readonly setting: string;
  readonly attribute: string;
}

/**
 * Creates the check that a server knows the attributes of people which the configuration itself names. A search for one that
 * it does not know succeeds and finds nobody. A server that shows no schema passes.
 */
export function createNamedCheck(
  settings: Pick<LdapSettings, 'accounts' | 'groups'>,
  schemas: Schemas,
): Proof {
  const named = namedAttributes(settings);
  return async (connection, signal) => {
    const schema = await schemas.of(connection, signal);
    const wrong = named.find(({ attribute }) => !schema.has(attribute));
    if (wrong === undefined) return [];
    schemas.forget(connection);
    throw new Fault(
      'doubt',
      `the schema of ${connection.server} has no attribute ${wrong.attribute}, which ${wrong.setting} names: no search for it finds anybody`,
    );
  };
}

/** The attributes that the configuration itself names; those of a preset may be absent from a server's schema. */
function namedAttributes(
  lists: Pick<LdapSettings, 'accounts' | 'groups'>,
): readonly NamedAttribute[] {
  const { accounts, groups } = lists;
  return Object.entries({ accounts, groups }).flatMap(([branch, settings]) =>
    Object.entries(settings).flatMap(([setting, value]): readonly NamedAttribute[] =>
      !ATTRIBUTE_LISTS.has(setting) || !Array.isArray(value)
        ? []
        : value.map((text) => ({
            setting: `${branch}.${setting}`,
            attribute: String(text).replace(/^\{([^}]+)\}@.*$|^([^=&]+)[=&].*$/, '$1$2'),
          })),
    ),
  );
}

const ATTRIBUTE_LISTS = new Set([
  'address',
  'aliases',
  'logins',
  'id',
  'disabled',
  'mailOnly',
  'memberDns',
  'memberUids',
  'memberAddresses',
]);
