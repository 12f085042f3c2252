import type { Entry } from '../directory/directory.ts';
import type { Unknown } from '../lookup/outcome.ts';
import type { Source } from '../lookup/path.ts';

/** A domain that is ours: who is asked about its people, and what else its addresses may mean. */
export interface Domain {
  /** In A-labels. */
  readonly name: string;
  /** Its directories, in order; none where it is only a twin of another. */
  readonly sources: readonly Source<Entry>[];
  /** The domain whose people have addresses here too. */
  readonly aliasOf?: Domain;
  /** Targets by local part (RFC 2142), its own before the inherited ones. */
  readonly roles: ReadonlyMap<string, string>;
  /** Takes the mail for whoever is nobody's. */
  readonly catchAll?: string;
  /** Who is asked beside its directories, and never answers. */
  readonly shadow?: Shadow;
}

/** A domain as it would be if another directory answered in it. */
export interface Shadow {
  /** The directories that answer, by name. */
  readonly of: string;
  /** The one that would. */
  readonly by: string;
  /** Without roles and a catch-all, which are the same. */
  readonly domain: Domain;
}

/** What becomes of mail in a domain for addresses that nobody holds. */
export type Targets = Pick<Domain, 'roles' | 'catchAll'>;

/** The domains that are ours, held here: no question is ever asked for them on a query's way. */
export interface DomainSet {
  readonly get: (name: string) => Domain | undefined;
  /**
   * The domain that Postfix asks for by the `name` of another one: it folds U-labels, `straße.example` to
   * `strasse.example`.
   */
  readonly alike: (name: string) => Domain | undefined;
  /** Why a domain that is not listed can't be denied (a directory that lists domains has not answered yet). */
  readonly doubt: () => Unknown | undefined;
}

/** A domain as the configuration writes it; names normalised. */
export interface DomainDefinition {
  readonly directories: readonly string[];
  readonly aliasOf?: string;
  readonly catchAll?: string;
  readonly roles: Readonly<Record<string, string>>;
  /** The directory that is asked beside its own. */
  readonly shadow?: string;
}

/** Finds a directory's people by its name. */
type SourceOf = (directory: string) => Source<Entry> | undefined;

/**
 * Builds the configured domains: an `aliasOf` domain inherits roles and catch-all.
 * @throws {Error} where `aliasOf` names no domain or runs in a circle, or a directory is missing: the configuration's
 *   check finds these first
 */
export function buildDomains(
  definitions: ReadonlyMap<string, DomainDefinition>,
  sourceOf: SourceOf,
  shadowOf: SourceOf = () => undefined,
): ReadonlyMap<string, Domain> {
  const built = new Map<string, Domain>();
  const build = (name: string, above: readonly string[]): Domain => {
    const way = [...above, name];
    const definition = definitions.get(name);
    if (definition === undefined || above.includes(name))
      throw new Error(`domain ${way.join(' → ')} leads nowhere`);
    const { aliasOf } = definition;
    const twin = aliasOf === undefined ? undefined : (built.get(aliasOf) ?? build(aliasOf, way));
    const domain = createDomain(name, definition, twin, sourceOf, shadowOf);
    built.set(name, domain);
    return domain;
  };
  for (const name of definitions.keys()) if (!built.has(name)) build(name, []);
  return built;
}

function createDomain(
  name: string,
  definition: DomainDefinition,
  twin: Domain | undefined,
  sourceOf: SourceOf,
  shadowOf: SourceOf,
): Domain {
  const { directories, roles, catchAll } = definition;
  const taker = catchAll ?? twin?.catchAll;
  const shadow = createShadow(name, definition, twin, shadowOf);
  return {
    name,
    sources: directories.map((directory) => need(sourceOf(directory), directory)),
    roles: new Map([...(twin?.roles ?? []), ...Object.entries(roles)]),
    ...(twin === undefined ? {} : { aliasOf: twin }),
    ...(taker === undefined ? {} : { catchAll: taker }),
    ...(shadow === undefined ? {} : { shadow }),
  };
}

/** Its own, else that of the domain whose people alone have addresses here. None where shadows are not asked at all. */
function createShadow(
  name: string,
  { directories, shadow: by }: DomainDefinition,
  twin: Domain | undefined,
  shadowOf: SourceOf,
): Shadow | undefined {
  const above = twin?.shadow;
  const aliasOf = above === undefined ? {} : { aliasOf: above.domain };
  const source = by === undefined ? undefined : shadowOf(by);
  if (by !== undefined && source !== undefined)
    return {
      of: directories.join(','),
      by,
      domain: { name, sources: [source], ...BARE, ...aliasOf },
    };
  if (above === undefined || directories.length > 0) return undefined;
  return { ...above, domain: { name, sources: [], ...BARE, ...aliasOf } };
}

const BARE: Targets = { roles: new Map() };

function need<V>(value: V | undefined, name: string): V {
  if (value === undefined) throw new Error(`there is no directory ${name}`);
  return value;
}
