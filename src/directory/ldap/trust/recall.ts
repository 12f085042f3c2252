import type { Kept } from '../../hooks.ts';
import { nameOf, type Sight, type Witness } from './sight.ts';

/**
 * What is kept of witnesses, so that a restart does not forget who must be seen: for each attribute one entry's name and one
 * value of it. They are personal data, an address each, for nobody can be asked for by a digest; no more is kept.
 */
export interface Recall {
  readonly witness: (sight: Sight) => Pick<Witness, 'dn' | 'value'> | undefined;
  /** Keeps the first one of a sight. */
  keep(sight: Sight, witness: Pick<Witness, 'dn' | 'value'>): void;
  /** Keeps another one in the place of somebody who left. */
  replace(sight: Sight, witness: Pick<Witness, 'dn' | 'value'>): void;
  /** An administrator says that nobody has it. */
  accept(sight: Sight): void;
  readonly isAccepted: (sight: Sight) => boolean;
}

/** So many sights, of former settings too, are kept. */
const MOST = 200;
const MOST_CHARACTERS = 1024;

type Shape = readonly [dn: string, value: string] | 'accepted';

/** Creates the recall of one directory. */
export function createRecall(kept: Kept): Recall {
  const known = new Map<string, Shape>(read(kept.read(NAME)));
  const names = new Map<Sight, string>();

  const nameFor = (sight: Sight): string => {
    const name = names.get(sight) ?? nameOf(sight);
    names.set(sight, name);
    return name;
  };

  function write(name: string, shape: Shape): void {
    known.delete(name);
    known.set(name, shape);
    for (const old of [...known.keys()].slice(0, Math.max(0, known.size - MOST))) known.delete(old);
    kept.write(NAME, Object.fromEntries(known));
  }

  const replace = (sight: Sight, { dn, value }: Pick<Witness, 'dn' | 'value'>): void => {
    if (dn.length + value.length <= MOST_CHARACTERS) write(nameFor(sight), [dn, value]);
  };

  return {
    witness: (sight) => {
      const shape = known.get(nameFor(sight));
      return shape === undefined || shape === 'accepted'
        ? undefined
        : { dn: shape[0], value: shape[1] };
    },
    keep(sight, witness) {
      const shape = known.get(nameFor(sight));
      if (shape === undefined || shape === 'accepted') replace(sight, witness);
    },
    replace,
    accept: (sight) => write(nameFor(sight), 'accepted'),
    isAccepted: (sight) => known.get(nameFor(sight)) === 'accepted',
  };
}

const NAME = 'witnesses';

/** What was kept, as far as it has the right shape. */
function read(value: unknown): readonly (readonly [string, Shape])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, shape]): readonly (readonly [string, Shape])[] => {
    if (shape === 'accepted') return [[name, 'accepted']];
    if (!Array.isArray(shape)) return [];
    const [dn, text]: readonly unknown[] = shape;
    return typeof dn === 'string' && typeof text === 'string' ? [[name, [dn, text]]] : [];
  });
}
