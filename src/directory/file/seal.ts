import { isRecord, recordOf } from '../../record.ts';
import type { Problem } from './problems.ts';
import { COUNTED } from './schema.ts';

/** How many of each kind there are. */
export type Counts = Readonly<Record<(typeof COUNTED)[number], number>>;

/** The command that writes the mark anew. */
const RENEW = 'if the file is whole: idpmap people seal FILE';

/**
 * Finds what an end mark shows to be missing: it stands last, so that a file that was cut off has none, and counts what
 * stands before it. `sealed: true`, which stands at the beginning, says that there has to be one. Takes the file as it was
 * parsed and passes over what has the wrong shape.
 */
export function findGaps(file: unknown): readonly Problem[] {
  if (!isRecord(file)) return [];
  if (!('end' in file)) {
    return 'sealed' in file
      ? [{ path: [], message: `is cut off, for it is sealed and \`end\` is missing; ${RENEW}` }]
      : [];
  }
  if (Object.keys(file).at(-1) !== 'end')
    return [{ path: ['end'], message: 'has to stand at the end, nothing behind it' }];
  const counts = countAll(file);
  return COUNTED.filter((kind) => isOther(recordOf(file['end'])[kind], counts[kind])).map(
    (kind) => ({
      path: ['end', kind],
      message: `there are ${counts[kind]}, some are missing or were added; ${RENEW}`,
    }),
  );
}

/** Counts what stands in a file as it was parsed. */
export function countAll(file: unknown): Counts {
  const { accounts, groups, open, domains, tables } = recordOf(file);
  const rows = Object.values(recordOf(tables)).map((table) => Object.keys(recordOf(table)).length);
  return {
    accounts: lengthOf(accounts),
    groups: lengthOf(groups),
    open: lengthOf(open),
    domains: lengthOf(domains),
    rows: rows.reduce((sum, length) => sum + length, 0),
  };
}

/** YAML is read with all scalars as text. */
const isOther = (said: unknown, counted: number): boolean =>
  (typeof said === 'string' || typeof said === 'number') && Number(said) !== counted;

const lengthOf = (list: unknown): number => (Array.isArray(list) ? list.length : 0);
