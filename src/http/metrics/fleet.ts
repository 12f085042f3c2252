import { calendarOf } from '../../clock.ts';
import type { ShelfFigures } from '../../fleet/figures.ts';
import { byKey, type Family, type Sample, type Section, single } from './family.ts';
import type { Observed } from './sources.ts';

type Facts = Pick<Family, 'name' | 'type' | 'help' | 'advice'>;
type SharedFleet = NonNullable<Observed['fleet']>;

/** Makes a family of a daemon that has a fleet; others have no samples of it. */
const ofFleet = (
  facts: Facts,
  labels: readonly string[],
  read: (fleet: SharedFleet) => readonly Sample[],
): Family => ({
  ...facts,
  labels,
  samples: ({ fleet }) => (fleet === undefined ? [] : read(fleet)),
});

const gauge = (
  name: string,
  help: string,
  read: (status: ReturnType<SharedFleet['status']>) => number | undefined,
  advice?: string,
): Family =>
  ofFleet({ name, type: 'gauge', help, ...(advice !== undefined && { advice }) }, [], (fleet) => {
    const value = read(fleet.status());
    return value === undefined ? [] : single(value);
  });

const eachDirectory = (
  facts: Facts,
  read: (figures: ShelfFigures) => Readonly<Record<string, number>>,
): Family =>
  ofFleet(facts, ['directory', 'outcome'], ({ figures }) =>
    [...figures.directories].flatMap(([directory, each]) =>
      byKey('outcome', read(each), { directory }),
    ),
  );

const families: readonly Family[] = [
  gauge(
    'idpmap_fleet_up',
    'Whether the fleet’s engine answers and its news were read (1), or this daemon goes on alone (0).',
    ({ isUp }) => Number(isUp),
    '0: the directory is asked more, nothing else. See the log, and `idpmap check`.',
  ),
  gauge(
    'idpmap_fleet_members',
    'Daemons of the fleet, this one included, as last seen.',
    ({ size }) => size,
  ),
  gauge('idpmap_fleet_beat_timestamp_seconds', 'When the engine was last heard.', ({ heardMs }) =>
    heardMs === undefined ? undefined : calendarOf(performance.now() - heardMs) / 1000,
  ),
  gauge(
    'idpmap_fleet_clock_difference_seconds',
    'By how much the engine’s clock is before this host’s, or behind it (below 0).',
    ({ differenceMs }) => (differenceMs === undefined ? undefined : differenceMs / 1000),
    'Beyond 5 s no *none* of another daemon is believed: let both keep time (chrony, systemd-timesyncd).',
  ),
  gauge(
    'idpmap_fleet_outbox',
    'News that wait until the engine takes them.',
    ({ waiting }) => waiting,
    'More than a moment: the engine is away, or full.',
  ),
  eachDirectory(
    {
      name: 'idpmap_fleet_reads_total',
      type: 'counter',
      help: 'Looks at what the fleet knows: `fresh`, `old` (it may stand in), `none`, `absent`, `outdated` by news, `late` where the engine did not answer in time.',
    },
    ({ reads }) => reads,
  ),
  ofFleet(
    {
      name: 'idpmap_fleet_read_duration_seconds',
      type: 'histogram',
      help: 'Time that a look took.',
      advice: 'Near `fleet.timeout`: the engine is far away, or busy.',
    },
    [],
    ({ figures }) => [{ labels: {}, value: figures.readDurations }],
  ),
  eachDirectory(
    {
      name: 'idpmap_fleet_turns_total',
      type: 'counter',
      help: 'Turns to ask the directory: `ours`, `another` daemon’s, `over` where the fleet asks as much as `limit.perSecond` lets it, `alone` where the engine did not say.',
      advice: '`over`: raise `limit.perSecond`, if the directory bears it.',
    },
    ({ turns }) => turns,
  ),
  eachDirectory(
    {
      name: 'idpmap_fleet_waits_total',
      type: 'counter',
      help: 'Waits for another daemon’s answer: `answered`, or `asked` here after all.',
      advice: 'Mostly `asked`: the directory takes longer than 80 ms, or a daemon hangs.',
    },
    ({ waits }) => waits,
  ),
  eachDirectory(
    {
      name: 'idpmap_fleet_writes_total',
      type: 'counter',
      help: 'Answers laid down for the others: `taken`, `refused` by the engine, too `large`.',
      advice: '`refused`: the engine is full, raise its `maxmemory`.',
    },
    ({ writes }) => writes,
  ),
  ofFleet(
    {
      name: 'idpmap_fleet_refused_total',
      type: 'counter',
      help: 'What lay in the engine and was not believed: no key of ours sealed it (`seal`), it is from the future (`clock`), or of another version (`format`).',
      advice: '`seal`: another key is used under the same `fleet.name`, or somebody writes there.',
    },
    ['reason'],
    ({ figures }) => byKey('reason', figures.refused),
  ),
  ofFleet(
    {
      name: 'idpmap_fleet_news_total',
      type: 'counter',
      help: 'News by what they say, `heard` from others and `told` to them.',
    },
    ['direction', 'op'],
    ({ figures }) => [
      ...byKey('op', figures.news.heard, { direction: 'heard' }),
      ...byKey('op', figures.news.told, { direction: 'told' }),
    ],
  ),
  ofFleet(
    {
      name: 'idpmap_fleet_feed_lines_total',
      type: 'counter',
      help: 'Lines of what mirrored directories told: `told` by the daemon that follows them for all, `heard` by the others.',
      advice: 'Who tells is one a directory: `idpmap mirror status` names it.',
    },
    ['direction'],
    ({ figures }) => byKey('direction', figures.lines),
  ),
  ofFleet(
    {
      name: 'idpmap_fleet_downs_total',
      type: 'counter',
      help: 'How often the engine was lost.',
    },
    [],
    ({ figures }) => single(figures.downs),
  ),
];

/** What daemons know together; without a `fleet` none of it is shown. */
export const FLEET: Section = { title: 'Fleet', families };
