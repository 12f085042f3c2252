import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { preciseClock } from '../../../src/clock.ts';
import { createState, enterState, followState } from '../../../src/daemon/state.ts';
import type { Change, Directory } from '../../../src/directory/directory.ts';
import type { FleetStatus } from '../../../src/fleet/contract.ts';
import { createFleetFigures, figuresOf } from '../../../src/fleet/figures.ts';
import { createHttpFigures } from '../../../src/http/figures.ts';
import type { MetricSources } from '../../../src/http/metrics/sources.ts';
import { createMetrics } from '../../../src/http/metrics.ts';
import { silentLog } from '../../../src/log.ts';
import { createDifferences } from '../../../src/maps/differences.ts';
import { createRouter, type MapFigures } from '../../../src/maps/router.ts';
import { createShadowing } from '../../../src/maps/shadowing.ts';
import { createCounters } from '../../../src/socketmap/figures.ts';
import { listingNone, makePlace, settingsOf } from '../../support/instance.ts';
import { createScripted } from '../../support/scripted.ts';
import { show } from '../../support/world.ts';

/** Each series of an exposition, as it is written, and its value. */
export type Series = ReadonlyMap<string, number>;

/** A daemon's parts, and its metrics. */
export interface Metered {
  readonly sources: MetricSources;
  /** Asks a map and shows the answer. */
  readonly ask: (map: string, key: string) => Promise<string>;
  /** Takes what a directory holds back. */
  readonly accept: (directory: string) => void;
  /** Scrapes: the text as it stands. */
  readonly scrape: () => Promise<string>;
  /** Scrapes: each series and its value. */
  readonly read: () => Promise<Series>;
}

/**
 * Puts a daemon's parts together, without its listeners, round `directories`; `place` is where its configuration lies. All
 * ends with the test.
 */
export async function startMetered(
  config: string,
  directories: Readonly<Record<string, Directory>>,
  place?: string,
): Promise<Metered> {
  const settings = await settingsOf(config, place ?? (await makePlace()));
  const given = { clock: preciseClock, log: silentLog, showAddress: (text: string) => text };
  const differences = createDifferences(given);
  const state = await createState(settings, {
    ...given,
    shadowing: createShadowing({ ...given, differences }),
    open: async (_settings, { name }) => {
      const directory = directories[name];
      if (directory === undefined) throw new Error(`nobody scripted ${name}`);
      return directory;
    },
  });
  enterState(state);
  followState(state);
  const maps: MapFigures = new Map();
  const { route } = createRouter(state.routes.maps, maps, silentLog);
  const socketmap = createCounters();
  socketmap.listeners.push({ endpoint: 'tcp://127.0.0.1:9100', open: 0, total: 0 });
  const sources: MetricSources = {
    version: '1.2.3',
    state: () => state,
    maps,
    socketmap,
    reloads: { succeeded: 0, failed: 0, isLastGood: true, lastGoodAt: 5000 },
    logged: { dropped: 0 },
    differences,
    fleet: describeFleet(Object.keys(settings.directories)),
    web: createHttpFigures(),
  };
  const metrics = createMetrics(sources);
  onTestFinished(async () => {
    metrics.stop();
    for (const { lane } of state.shadows.values()) lane.stop();
    await Promise.all(
      [...state.served.values()].map(async ({ lane, list, mirror }) => {
        list?.stop();
        await mirror?.stop();
        lane.stop();
      }),
    );
  });
  return {
    sources,
    ask: async (map, key) => {
      const arrivedAt = preciseClock.now();
      return show(await route(map, key, { arrivedAt, deadline: arrivedAt + settings.deadline }));
    },
    accept: (directory) => void state.served.get(directory)?.list?.accept(),
    scrape: () => metrics.text(),
    read: async () => readSeries(await metrics.text()),
  };
}

export const readSeries = (text: string): Series =>
  new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const end = line.lastIndexOf(' ');
        return [line.slice(0, end), Number(line.slice(end + 1))];
      }),
  );

/** The built-in five maps over three directories: the size that the number of series is planned for. */
export async function startLarge(): Promise<Metered> {
  const partners = createScripted();
  partners.listed = ['example.com', 'example.edu'];
  const place = await makePlace();
  const metered = await startMetered(
    large(join(place, 'mirrors', 'partners.db')),
    {
      staff: {
        ...listingNone(createScripted()),
        figures: { accounts: 3, tokenExpiresAt: 1_700_000_000_500 },
      },
      legacy: listingNone(createScripted()),
      partners: Object.assign(partners, { follow: followNobody }),
    },
    place,
  );
  await vi.waitUntil(
    async () => (await metered.read()).get('idpmap_mirror_in_step{directory="partners"}') === 1,
    30_000,
  );
  return metered;
}

/** Lists nobody, and tells nothing more. */
async function* followNobody(
  _cursor: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<readonly Change[]> {
  yield [{ kind: 'listing', part: 'people' }];
  yield [{ kind: 'listed', part: 'people' }];
  yield [{ kind: 'mark', cursor: '1', agoMs: 0, nextMs: 60_000 }];
  await once(signal, 'abort');
}

const large = (mirror: string): string => `
domains:
  example.org: { directory: [staff, legacy] }
  example.net: { directory: partners, shadow: legacy }
directories:
  staff: { type: file, path: a.yaml }
  legacy: { type: file, path: b.yaml }
  partners:
    { type: ldap, urls: ldap://127.0.0.1, insecure: true, base: dc=example, bind: { anonymous: true }, mirror: { path: ${mirror} } }
`;

/** Those of `series` whose name begins so. */
export const pick = (series: Series, start: string): Readonly<Record<string, number>> =>
  Object.fromEntries([...series].filter(([name]) => name.startsWith(start)));

/** What a fleet that is up tells. */
function describeFleet(directories: readonly string[]): NonNullable<MetricSources['fleet']> {
  const figures = createFleetFigures();
  for (const directory of directories) figuresOf(figures, directory);
  figures.news.heard['purge'] = 1;
  const status: FleetStatus = {
    name: 'mx',
    isUp: true,
    members: [],
    size: 2,
    heardMs: 100,
    differenceMs: 3,
    refused: { seal: 0, clock: 0, format: 0 },
    waiting: 0,
  };
  return { figures, status: () => status };
}
