import { type MapFigure, UNKNOWN_MAP } from '../../maps/router.ts';
import type { Family, Sample, Section } from './family.ts';
import type { Observed } from './sources.ts';

/** What a query can be answered; TIMEOUT is never said by the daemon. */
const STATUSES = ['OK', 'NOTFOUND', 'TEMP', 'PERM'] as const;

const lookups: Family = {
  name: 'idpmap_lookups_total',
  type: 'counter',
  labels: ['map', 'status'],
  help: `Lookups of Postfix by their answer; the map \`${UNKNOWN_MAP}\` stands for all names that are not configured.`,
  advice:
    'NOTFOUND refuses mail for good: a share that leaps is the first thing to look into (`idpmap explain ADDRESS`). TEMP delays mail: see `idpmap_directory_faults_total` for the cause. PERM means that main.cf names a map that `maps` does not.',
  samples: ({ maps }) =>
    [...maps].flatMap(([map, figure]) =>
      STATUSES.map((status) => ({ labels: { map, status }, value: figure[status] })),
    ),
};

/** Samples of the configured maps; strangers are answered, not timed. */
const ofConfigured = (
  { maps }: Pick<Observed, 'maps'>,
  read: (map: string, figure: MapFigure) => readonly Sample[],
): readonly Sample[] =>
  [...maps].filter(([map]) => map !== UNKNOWN_MAP).flatMap(([map, figure]) => read(map, figure));

const disabled: Family = {
  name: 'idpmap_lookups_disabled_total',
  type: 'counter',
  labels: ['map'],
  help: 'Lookups whose TEMP is meant, and no failure: the account is disabled, and `disabled: defer` is set. They are in `idpmap_lookups_total`, too.',
  advice:
    'Nothing to mend: take it off TEMP before you alert on that, as the rules that are shipped do.',
  samples: (observed) =>
    ofConfigured(observed, (map, { meant }) => [{ labels: { map }, value: meant }]),
};

const durations: Family = {
  name: 'idpmap_lookup_duration_seconds',
  type: 'histogram',
  labels: ['map', 'source'],
  help: 'Time from reading a lookup to its answer: from memory, where the answer was there at once, or from a directory, where it was waited for.',
  advice:
    'What is not below 0.2 s is past the default deadline. Slow from a directory: see `idpmap_directory_question_duration_seconds`. Slow from memory: the process is short of CPU, see `nodejs_eventloop_lag_p99_seconds`.',
  samples: (observed) =>
    ofConfigured(observed, (map, { atOnce, late }) => [
      { labels: { map, source: 'memory' }, value: atOnce },
      { labels: { map, source: 'directory' }, value: late },
    ]),
};

const inFlight: Family = {
  name: 'idpmap_lookups_in_flight',
  type: 'gauge',
  labels: ['map'],
  help: 'Lookups whose answer is waited for now.',
  advice: 'Many for long: a directory is slow or its limit is reached.',
  samples: (observed) =>
    ofConfigured(observed, (map, { waiting }) => [{ labels: { map }, value: waiting }]),
};

/** What Postfix was answered. */
export const MAPS: Section = {
  title: 'Answers',
  families: [lookups, disabled, durations, inFlight],
};
