import { formatMs } from '../report.ts';

/** One figure, and what it may be at most. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly most: number;
}

export const BAR_COLUMNS: readonly string[] = ['what', 'measured', 'at most', ''];

/** A figure's line in a table of `BAR_COLUMNS`. */
export const formatBar = ({ name, value, most }: Bar): readonly string[] => [
  name,
  formatMs(value),
  String(most),
  value <= most ? 'met' : 'MISSED',
];
