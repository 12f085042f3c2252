import { eachDirectory, eachDirectoryBy } from './each.ts';
import type { Family, Section } from './family.ts';

const questions: readonly Family[] = [
  eachDirectoryBy(
    'outcome',
    {
      name: 'idpmap_directory_questions_total',
      type: 'counter',
      help: 'Questions that the directory itself answered, or failed to (unknown); prefetches and domain lists among them.',
      advice: 'Its load. Only `unknown`: it is down.',
    },
    ({ lane }) => lane.figures.answered,
  ),
  eachDirectory(
    {
      name: 'idpmap_directory_question_duration_seconds',
      type: 'histogram',
      help: 'Time that the directory took for a question, failed ones among them.',
      advice:
        'Above 0.1 s: most of the 0.2 s that Postfix’s lookup may take (`deadline`); an index is missing, or it is far away. What ends at 2 s was given up (`timeout`).',
    },
    ({ lane }) => lane.figures.durations,
  ),
  eachDirectory(
    {
      name: 'idpmap_directory_in_flight',
      type: 'gauge',
      help: 'Questions that are with the directory now.',
      advice: 'At `limit.inFlight` for long: the directory is slow, or the limit is too low.',
    },
    ({ lane: { figures } }) =>
      figures.asked - figures.answered.found - figures.answered.none - figures.answered.unknown,
  ),
  eachDirectory(
    {
      name: 'idpmap_directory_waiting',
      type: 'gauge',
      help: 'Questions that wait until `limit` lets them in.',
      advice: 'More than a moment: raise `limit`, if the directory bears it.',
    },
    ({ lane }) => lane.limiter.waiting(),
  ),
  eachDirectory(
    {
      name: 'idpmap_directory_prefetched_total',
      type: 'counter',
      help: 'Questions that refreshed a remembered address before it aged; nobody waited for them.',
    },
    ({ lane }) => lane.figures.prefetched,
  ),
  eachDirectory(
    {
      name: 'idpmap_directory_asked_anew_total',
      type: 'counter',
      help: 'Known addresses that turned into none and were asked for once more, on a new connection.',
      advice: 'A leap: many people were removed, or the directory lost its view of them.',
    },
    ({ lane }) => lane.figures.askedAnew,
  ),
  eachDirectory(
    {
      name: 'idpmap_directory_disbelieved_total',
      type: 'counter',
      help: 'Known addresses whose none was not believed.',
      advice:
        'The directory contradicts itself, or too many turned at once: check its rights and replicas. If they were removed on purpose: `idpmap cache purge --directory NAME`.',
    },
    ({ lane }) => lane.figures.disbelieved,
  ),
];

/** What the directories were asked, and how fast they are. */
export const QUESTIONS: Section = {
  title: 'Questions to the directories',
  families: questions,
};
