import { run } from '../../test/support/ldap/run.ts';
import { readCpuMs } from '../proc.ts';
import { accountAt } from '../questions.ts';
import { spreadOf } from '../report.ts';
import { PEOPLE, type Tables } from './table.ts';

/** Keys of a round: few, for a loaded machine is left alone for moments only. */
export const KEYS = 1500;
export const ROUNDS = 12;

/** Microseconds for a key of `postmap -q -`, its start included, round by round. */
export interface Alone {
  readonly own: readonly number[];
  readonly ours: readonly number[];
  /** Of a table behind socketmap that looks nothing up: less no program takes that answers Postfix from outside. */
  readonly floor: readonly number[];
  /** Of idpmap's own process. */
  readonly cpuMicros: number;
  readonly faults: readonly string[];
}

/** One caller asks the three in turn, forward and backward: what drifts meanwhile meets all of them alike. */
export async function playAlone(
  { place, own, wire, pid }: Tables,
  map: string,
  bare: string,
): Promise<Alone> {
  const table = {
    own,
    ours: `socketmap:inet:${wire}:${map}`,
    floor: `socketmap:inet:${bare}:${map}`,
  };
  const names = ['own', 'ours', 'floor'] as const;
  const micros: Record<(typeof names)[number], number[]> = { own: [], ours: [], floor: [] };
  const faults: string[] = [];
  let cpuMs = 0;
  /** One round of one of them; the first one, which finds all files on the disk, is not counted. */
  const play = async (name: (typeof names)[number], round: number): Promise<void> => {
    const keys = Array.from({ length: KEYS }, (_, i) => accountAt((round * KEYS + i) % PEOPLE));
    const before = readCpuMs(pid);
    const begun = performance.now();
    const said = await run('postmap', ['-c', place, '-q', '-', table[name]], linesOf(keys));
    const ms = performance.now() - begun;
    if (name !== 'floor' && said !== linesOf(keys.map((key) => `${key}\t${key}`)))
      faults.push(`round ${round}: ${table[name]} does not say what is true`);
    if (round === 0) return;
    if (name === 'ours') cpuMs += readCpuMs(pid) - before;
    micros[name].push((ms * 1000) / KEYS);
  };
  for (let round = 0; round <= ROUNDS; round++)
    for (const name of round % 2 === 0 ? names : names.toReversed()) await play(name, round);
  return { ...micros, cpuMicros: (cpuMs * 1000) / (ROUNDS * KEYS), faults };
}

const linesOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/** How much longer one takes than another: its fastest round, next to the other's fastest. */
export const leastOf = (one: readonly number[], other: readonly number[]): number =>
  Math.min(...one) / Math.min(...other);

/** The same round by round. */
export const ratiosOf = (one: readonly number[], other: readonly number[]) =>
  spreadOf(one.map((value, i) => value / (other[i] ?? Number.NaN)));
