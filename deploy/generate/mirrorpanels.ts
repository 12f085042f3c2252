import { type Panel, pick } from './panel.ts';

const M = 'idpmap_mirror_';
const within = (name: string, by: string): string =>
  `sum by (directory, ${by}) (increase(${pick(`${M}${name}`)}[1h]))`;

/** The copies of directories. */
export const MIRRORS: readonly Panel[] = [
  {
    title: 'Age of mirrors',
    description:
      'Since the directory’s last word, of the oldest copy, as a part of `acceptFor`: at 1 it stands in for nobody any more.',
    unit: 'percentunit',
    alerts: ['IdpmapMirrorEnding'],
    queries: [
      {
        expr: `max by (directory) (${pick(`${M}age_seconds`)} / ${pick(`${M}accept_seconds`)})`,
        legend: '{{directory}}',
      },
    ],
  },
  {
    title: 'Mirrors in step',
    description: '0 where at least one instance does not learn what changes.',
    unit: 'bool',
    alerts: ['IdpmapMirrorBehind', 'IdpmapMirrorNeverListed'],
    queries: [{ expr: `min by (directory) (${pick(`${M}in_step`)})`, legend: '{{directory}}' }],
  },
  {
    title: 'Mirrors that others follow for',
    description:
      'Instances that take what changes from another daemon of their fleet. All but one, where the fleet is up.',
    unit: 'short',
    queries: [{ expr: `sum by (directory) (${pick(`${M}taken`)})`, legend: '{{directory}}' }],
  },
  {
    title: 'Entries of mirrors, and what is lost',
    description:
      'People and groups, and addresses that nobody holds any more. Held ones go on receiving until it is accepted.',
    unit: 'short',
    alerts: ['IdpmapMirrorHeld'],
    queries: [
      {
        expr: `max by (directory, kind) (${pick(`${M}entries`)})`,
        legend: '{{directory}} {{kind}}',
      },
      { expr: `max by (directory) (${pick(`${M}lost`)})`, legend: '{{directory}} lost' },
      { expr: `max by (directory) (${pick(`${M}held`)})`, legend: '{{directory}} held' },
    ],
  },
  {
    title: 'What mirrors answered',
    description:
      'Lookups within an hour. `absent` and `nothing` ask the directory, unless `whenAbsent` is `deny`.',
    unit: 'short',
    queries: [{ expr: within('answers_total', 'said'), legend: '{{directory}} {{said}}' }],
  },
  {
    title: 'What mirrors learnt',
    description: 'Entries that were written, removed, or shown again as they were, within an hour.',
    unit: 'short',
    queries: [{ expr: within('changes_total', 'change'), legend: '{{directory}} {{change}}' }],
  },
  {
    title: 'Whom listings did not show',
    description:
      'Entries within an hour, by what the directory said when it was asked for them: found nevertheless, or gone.',
    unit: 'short',
    queries: [{ expr: within('confirmed_total', 'outcome'), legend: '{{directory}} {{outcome}}' }],
  },
  {
    title: 'Time of a listing',
    description: 'What the last whole listing took, in the instance that took longest.',
    unit: 's',
    queries: [
      { expr: `max by (directory) (${pick(`${M}listing_seconds`)})`, legend: '{{directory}}' },
    ],
  },
  {
    title: 'Size of mirrors',
    description: 'Of the files on the disk, the largest. Some 0.6 KiB a person.',
    unit: 'bytes',
    queries: [{ expr: `max by (directory) (${pick(`${M}bytes`)})`, legend: '{{directory}}' }],
  },
  {
    title: 'Listings of mirrors',
    description:
      'Whole listings within an hour, and those begun anew because a gap hid what had changed.',
    unit: 'short',
    queries: [
      { expr: within('listings_total', 'outcome'), legend: '{{directory}} {{outcome}}' },
      {
        expr: `sum by (directory) (increase(${pick(`${M}gaps_total`)}[1h]))`,
        legend: '{{directory}} gaps',
      },
    ],
  },
];
