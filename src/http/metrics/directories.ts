import { calendarOf } from '../../clock.ts';
import { eachDirectory, eachDirectoryBy } from './each.ts';
import type { Family, Section } from './family.ts';
import type { MeteredDirectory } from './sources.ts';

/** The types of directory are a closed set, so that they may label. */
const info = eachDirectoryBy(
  'type',
  {
    name: 'idpmap_directory_info',
    type: 'gauge',
    help: 'Always 1; tells each directory’s type.',
  },
  ({ settings }) => ({ [settings.type]: 1 }),
);

const lookups: readonly Family[] = [
  eachDirectoryBy(
    'outcome',
    {
      name: 'idpmap_directory_lookups_total',
      type: 'counter',
      help: 'Lookups by what they ended with, from memory or not: found, none, stale (memory stood in for a fault) or unknown (it is answered TEMP). One question of Postfix may take several.',
      advice:
        '`stale` and `unknown` grow while the directory fails. `stale` ends with `cache.stale`: mend the directory before.',
    },
    ({ lane: { figures } }) => ({
      found: figures.found,
      none: figures.none,
      stale: figures.stale,
      unknown: figures.unknown,
    }),
  ),
  eachDirectoryBy(
    'cause',
    {
      name: 'idpmap_directory_faults_total',
      type: 'counter',
      help: 'Lookups that ended stale or unknown, by cause; the causes stand in mail.log too.',
      advice:
        '`directory`, `timeout`, `starting`: look at the directory, idpmap’s log has its words. `deadline`: it is slow. `overload`: raise `limit`, if the directory bears it. `unproved`: it says nobody and can’t be shown to see its people. `doubt`: its “nobody” can’t be believed at present, the log says why. `entry`: one address is in doubt, the log says which. `bug`: please report it.',
    },
    ({ lane }) => lane.figures.causes,
  ),
  eachDirectory(
    {
      name: 'idpmap_directory_memory_hits_total',
      type: 'counter',
      help: 'Lookups that memory answered at once, remembered faults among them.',
      advice:
        'A small share of the lookups: memory is too small (`cache.entries`), or strangers are tried.',
    },
    ({ lane }) => lane.figures.remembered,
  ),
  eachDirectory(
    {
      name: 'idpmap_directory_joined_total',
      type: 'counter',
      help: 'Lookups that waited for a question that was under way for another one, which spares the directory.',
    },
    ({ lane }) => lane.figures.joined,
  ),
  eachDirectory(
    {
      name: 'idpmap_directory_bugs_total',
      type: 'counter',
      help: 'Questions that a fault of idpmap itself ended.',
      advice: 'The log has the stack: please report it.',
    },
    ({ lane }) => lane.figures.bugs,
  ),
];

const health: readonly Family[] = [
  eachDirectory(
    {
      name: 'idpmap_directory_up',
      type: 'gauge',
      help: '0 while the circuit is open or the last question failed, else 1; a directory that was not asked yet counts as up.',
      advice: '0 for minutes: the directory is down, see the log for its words.',
    },
    (directory) => (isUp(directory) ? 1 : 0),
  ),
  eachDirectory(
    {
      name: 'idpmap_directory_circuit_open',
      type: 'gauge',
      help: '1 while so many questions failed that the directory is only probed.',
      advice:
        'It closes by itself with the first probe that succeeds. Known people are answered from memory meanwhile.',
    },
    ({ lane }) => (lane.breaker.isOpen() ? 1 : 0),
  ),
  eachDirectory(
    {
      name: 'idpmap_directory_circuit_openings_total',
      type: 'counter',
      help: 'How often the circuit has opened.',
      advice: 'Often and for a moment only: the directory or the way to it is unsteady.',
    },
    ({ lane }) => lane.breaker.openings(),
  ),
  eachDirectory(
    {
      name: 'idpmap_directory_last_answer_timestamp_seconds',
      type: 'gauge',
      help: 'When the directory last answered a question; 0: not since the start.',
      advice:
        'Old while `idpmap_directory_faults_total` grows: it has been failing since then. Old alone: nobody was asked for.',
    },
    ({ lane }) => toTimestamp(lane.figures.answeredAt),
  ),
];

function isUp({ lane: { breaker, figures } }: MeteredDirectory): boolean {
  return !breaker.isOpen() && figures.failedAt <= figures.answeredAt;
}

/** The calendar's seconds of an instant that `readMs` told; 0 is never. */
const toTimestamp = (ms: number): number => (ms === 0 ? 0 : calendarOf(ms) / 1000);

/** How each directory fares. */
export const DIRECTORIES: Section = {
  title: 'Directories',
  families: [info, ...health, ...lookups],
};
