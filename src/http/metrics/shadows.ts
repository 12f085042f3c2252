import { countDifferences, type ShadowFigure } from '../../maps/differences.ts';
import type { Family, Sample, Section } from './family.ts';
import type { Observed } from './sources.ts';

/** Samples of each directory and its shadow. */
const eachPair = (
  { differences }: Pick<Observed, 'differences'>,
  read: (figure: ShadowFigure) => Readonly<Record<string, number>>,
  label: string,
): readonly Sample[] =>
  differences.figures().flatMap((figure) =>
    Object.entries(read(figure)).map(([name, value]) => ({
      labels: { directory: figure.of, shadow: figure.by, [label]: name },
      value,
    })),
  );

const compared: Family = {
  name: 'idpmap_shadow_comparisons_total',
  type: 'counter',
  labels: ['directory', 'shadow', 'outcome'],
  help: 'Answers that were compared with what the shadow of a domain says (`domains.NAME.shadow`): `same`, `different`, `unknown` where one of the two did not know, `dropped` where too many waited.',
  advice:
    'Only `unknown`: the shadow is down, or asked for what it has not; no mail waits for it. Move when `different` stands still.',
  samples: (observed) =>
    eachPair(
      observed,
      (figure) => ({
        same: figure.same,
        different: countDifferences(figure),
        unknown: figure.unknown,
        dropped: figure.dropped,
      }),
      'outcome',
    ),
};

const differences: Family = {
  name: 'idpmap_shadow_differences_total',
  type: 'counter',
  labels: ['directory', 'shadow', 'difference'],
  help: 'Comparisons in which the shadow differed, by what mail would notice: `missing` would be refused, `extra` taken, `disabled` deferred by one of the two; `address`, `members` and `logins` are others.',
  advice:
    '`idpmap status --shadow` lists the addresses. `missing` bounces mail once the shadow answers.',
  samples: (observed) => eachPair(observed, (figure) => figure.differences, 'difference'),
};

/** How directories differ from those that are to take their place. */
export const SHADOWS: Section = {
  title: 'Shadows',
  families: [compared, differences],
};
