import { type Panel, pick, quantile, rate } from './panel.ts';

const M = 'idpmap_fleet_';
const rateBy = (name: string, by: string): string => `sum by (${by}) (${rate(`${M}${name}`)})`;
const within = (name: string, by: string): string =>
  `sum by (${by}) (increase(${pick(`${M}${name}`)}[1h]))`;

/** What daemons know together. */
export const FLEET: readonly Panel[] = [
  {
    title: 'Fleet up',
    description:
      '0 where at least one instance goes on alone. The directory is asked more then, nothing else.',
    unit: 'bool',
    alerts: ['IdpmapFleetDown'],
    queries: [{ expr: `min by (job) (${pick(`${M}up`)})`, legend: '{{job}}' }],
  },
  {
    title: 'Daemons of the fleet',
    description:
      'As the instances that see most and fewest of them say, and how many are up. Where the first is below the last, there are several fleets.',
    unit: 'short',
    alerts: ['IdpmapFleetSplit'],
    queries: [
      { expr: `max by (job) (${pick(`${M}members`)})`, legend: '{{job}} seen, most' },
      { expr: `min by (job) (${pick(`${M}members`)})`, legend: '{{job}} seen, fewest' },
      { expr: `count by (job) (${pick(`${M}up`)} == 1)`, legend: '{{job}} up' },
    ],
  },
  {
    title: 'What the fleet knew',
    description:
      'Reads a second. `fresh` and `none` spare a question, `old` stands in for a fault; `late` had no answer within `fleet.timeout`.',
    unit: 'reqps',
    queries: [
      { expr: rateBy('reads_total', 'directory, outcome'), legend: '{{directory}} {{outcome}}' },
    ],
  },
  {
    title: 'Time of a read',
    description: 'What the engine takes. Near `fleet.timeout` it is far away, or busy.',
    unit: 's',
    queries: [0.5, 0.99].map((q) => ({
      expr: quantile(q, 'job', `${M}read_duration_seconds`),
      legend: `{{job}} ${q * 100} %`,
    })),
  },
  {
    title: 'Turns to ask the directory',
    description:
      'A second. `another` daemon asks already; `over` is more than `limit.perSecond` of the whole fleet; `alone` asks without the engine’s word.',
    unit: 'reqps',
    queries: [
      { expr: rateBy('turns_total', 'directory, outcome'), legend: '{{directory}} {{outcome}}' },
    ],
  },
  {
    title: 'Waits for another daemon’s answer',
    description:
      'A second. Mostly `asked`: the directory takes longer than 80 ms, or a daemon hangs.',
    unit: 'reqps',
    queries: [
      { expr: rateBy('waits_total', 'directory, outcome'), legend: '{{directory}} {{outcome}}' },
    ],
  },
  {
    title: 'Answers laid down',
    description:
      'For the others, a second. `refused`: the engine is full; `large`: beyond 256 KiB.',
    unit: 'reqps',
    alerts: ['IdpmapFleetFull'],
    queries: [
      { expr: rateBy('writes_total', 'directory, outcome'), legend: '{{directory}} {{outcome}}' },
    ],
  },
  {
    title: 'What was not believed',
    description:
      'Within an hour: no key of the fleet sealed it, it is from the future, or of another version.',
    unit: 'short',
    alerts: ['IdpmapFleetRefused'],
    queries: [{ expr: within('refused_total', 'reason'), legend: '{{reason}}' }],
  },
  {
    title: 'News of the fleet',
    description: 'What daemons told one another within an hour: purges, events, accepted lists.',
    unit: 'short',
    queries: [{ expr: within('news_total', 'direction, op'), legend: '{{direction}} {{op}}' }],
  },
  {
    title: 'News that wait, engines lost',
    description:
      'News that the engine has not taken yet, in the instance where most wait; and how often the engine was lost within an hour.',
    unit: 'short',
    queries: [
      { expr: `max by (job) (${pick(`${M}outbox`)})`, legend: '{{job}} waiting' },
      { expr: within('downs_total', 'job'), legend: '{{job}} lost' },
    ],
  },
  {
    title: 'What mirrors tell each other',
    description:
      'Lines within an hour: `told` by the daemon that follows a directory for all, `heard` by the others.',
    unit: 'short',
    queries: [{ expr: within('feed_lines_total', 'direction'), legend: '{{direction}}' }],
  },
  {
    title: 'Difference of clocks',
    description:
      'Between an instance’s host and the engine’s. Beyond 5 s no *none* of another daemon is believed.',
    unit: 's',
    alerts: ['IdpmapFleetClock'],
    queries: [
      {
        expr: `max by (job) (abs(${pick(`${M}clock_difference_seconds`)}))`,
        legend: '{{job}}',
      },
    ],
  },
  {
    title: 'Time since the engine was heard',
    description: 'Of the instance that has waited longest; half a second is usual.',
    unit: 's',
    queries: [
      { expr: `time() - min by (job) (${pick(`${M}beat_timestamp_seconds`)})`, legend: '{{job}}' },
    ],
  },
];
