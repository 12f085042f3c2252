import { type Panel, pick } from './panel.ts';

const shadowed = (name: string, by: string): string =>
  `sum by (directory, shadow, ${by}) (increase(${pick(`idpmap_shadow_${name}_total`)}[1h]))`;

/** Directories that are asked beside those that answer. */
export const SHADOWS: readonly Panel[] = [
  {
    title: 'Compared with shadows',
    description:
      'Answers that were compared within an hour. No mail waits for what is unknown here.',
    unit: 'short',
    queries: [
      { expr: shadowed('comparisons', 'outcome'), legend: '{{directory}} {{shadow}} {{outcome}}' },
    ],
  },
  {
    title: 'Differences of shadows',
    description: 'By what mail would notice, within an hour: what is missing would be refused.',
    unit: 'short',
    queries: [
      {
        expr: shadowed('differences', 'difference'),
        legend: '{{directory}} {{shadow}} {{difference}}',
      },
    ],
  },
];
