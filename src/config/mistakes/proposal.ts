import type { Group } from '../schema/shape.ts';
import type { Change } from './changes.ts';

/** Something that may mend a mistake; whether it does is for `remedies.ts` to find out. */
export interface Proposal {
  readonly changes: readonly Change[];
  /** What the administrator is told to do: `write 200ms`. */
  readonly advice: string;
  /** The name is right whatever becomes of its value: that is a mistake of its own. */
  readonly nameOnly?: true;
  /** Where what mends another mistake mends this one as well, that is meant. */
  readonly unlessMended?: true;
  /** It is one of several of the kind: where another would do as well, none is meant. */
  readonly isOneOf?: true;
}

/** What a proposal is made of. */
export interface Surroundings {
  /** All settings, as they were given, unchecked. */
  readonly tree: unknown;
  /** The file's own, in which groups that were left empty are still there. */
  readonly written: unknown;
  readonly root: Group;
}
