import type { DomainSettings, MapSettings } from '../config/schema.ts';
import type { Entry } from '../directory/directory.ts';
import type { Source } from '../lookup/path.ts';
import type { Times } from '../lookup/remember.ts';
import { aliases } from '../maps/aliases.ts';
import type { MapHandler } from '../maps/answer.ts';
import { createDomainMap } from '../maps/domainmap.ts';
import { buildDomains, type DomainDefinition, type Targets } from '../maps/domains.ts';
import { createDomainSet, type Lister } from '../maps/domainset.ts';
import type { Kind, MapWorld } from '../maps/kind.ts';
import { mailboxes } from '../maps/mailboxes.ts';
import { createMap } from '../maps/map.ts';
import { recipients } from '../maps/recipients.ts';
import type { Route } from '../maps/router.ts';
import { senders } from '../maps/senders.ts';
import type { ShadowedWorld, Shadowing } from '../maps/shadowing.ts';
import { createTableMap } from '../maps/table.ts';
import { parseTemplate } from '../maps/template.ts';
import type { Settings } from '../settings.ts';
import type { Served } from './served.ts';
import { listOnlyShadows, type ShadowServed } from './shadows.ts';
import { entrySource, tableSource } from './sources.ts';

/** All that answers queries: swapped whole at a reload. */
export interface Routes {
  readonly maps: ReadonlyMap<string, Route>;
  readonly world: MapWorld;
  /** The tables that are asked, by directory. */
  readonly tables: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Who is asked beside those that answer, and who compares. */
export interface Shadows {
  readonly served: ReadonlyMap<string, Pick<ShadowServed, 'source'>>;
  readonly shadowing?: Shadowing;
}

const NO_SHADOWS: Shadows = { served: new Map() };

/**
 * Builds the configured maps over the directories at work.
 * @throws {Error} where a map or a domain asks for what a directory has not
 */
export function buildRoutes(
  settings: Settings,
  served: ReadonlyMap<string, Served>,
  shadows: Shadows = NO_SHADOWS,
): Routes {
  const times = timesOf(settings);
  const sources = new Map([...served].map(([name, each]) => [name, entrySource(each, times)]));
  const world = buildWorld(settings, served, sources, shadows);
  const tables = new Map([...served.keys()].map((name) => [name, new Set<string>()]));
  const build = (map: MapSettings): MapHandler => {
    if (map.kind === 'domains') return createDomainMap(world.domains);
    if (map.kind !== 'table') return createMap(kindOf(map), new Set(map.candidates), world);
    const propagates = map.keys === 'virtual' && settings.propagateExtension;
    return createTableMap({
      ...map,
      sources: map.table.map(({ table, directory: name = map.directory }) => {
        const directory = served.get(name);
        if (directory === undefined) throw new Error(`there is no directory ${name}`);
        tables.get(name)?.add(table);
        return tableSource(directory, table, times);
      }),
      delimiters: settings.recipientDelimiter,
      propagateExtension: propagates ? 'yes' : 'no',
    });
  };
  const maps = Object.entries(settings.maps).map(
    ([name, map]) => [name, { kind: map.kind, answer: build(map) }] as const,
  );
  return { maps: new Map(maps), world, tables };
}

const timesOf = ({ cache }: Settings): Times => ({
  freshMs: cache.fresh,
  freshNoneMs: cache.freshNone,
  unknownMs: cache.unknown,
  staleMs: cache.stale,
  prefetch: cache.prefetch,
});

function buildWorld(
  settings: Settings,
  served: ReadonlyMap<string, Served>,
  sources: ReadonlyMap<string, Source<Entry>>,
  { served: shadows, shadowing }: Shadows,
): ShadowedWorld {
  const definitions = new Map(
    Object.entries(settings.domains).map(([name, domain]) => [name, definitionOf(domain)]),
  );
  const unasked = listOnlyShadows(settings);
  const listers = [...served.values()].flatMap(({ name, list }): Lister[] => {
    const source = unasked.has(name) ? undefined : sources.get(name);
    return list === undefined || source === undefined ? [] : [{ list, source }];
  });
  const configured = buildDomains(
    definitions,
    (name) => sources.get(name),
    (name) => shadows.get(name)?.source,
  );
  return {
    domains: createDomainSet(configured, listers, targetsOf(settings)),
    rules: {
      delimiters: settings.recipientDelimiter,
      propagateExtension: settings.propagateExtension ? 'yes' : 'no',
      disabled: settings.disabled,
      groupSenders: settings.groupSenders,
    },
    ...(shadowing && { shadowing }),
  };
}

/** What holds in every listed domain. */
const targetsOf = ({ listedDomains: { roles, ...rest } }: Settings): Targets => ({
  roles: new Map(Object.entries(roles)),
  ...rest,
});

const definitionOf = ({ directory, ...rest }: DomainSettings): DomainDefinition => ({
  directories: directory,
  ...rest,
});

type AddressMap = Exclude<MapSettings, { kind: 'domains' | 'table' }>;

function kindOf(map: AddressMap): Kind {
  switch (map.kind) {
    case 'mailboxes':
      return mailboxes(parseTemplate(map.result ?? '%s'));
    case 'aliases':
      return aliases(map.own);
    case 'senders':
      return senders;
    case 'recipients':
      return recipients;
  }
}
