import type { Field, Shape } from '../schema/shape.ts';
import type { Path } from '../sources/tree.ts';

/** What is wrong in the merged tree, before it is known where it was written. */
export interface Mistake {
  readonly path: Path;
  readonly message: string;
  /** Whether the name is at fault, or what stands behind it. */
  readonly part: 'key' | 'value';
  /** What the setting may hold; absent: it is not known. */
  readonly field?: Field;
  /** What the setting is a part of, where its name is unknown there. */
  readonly group?: Shape;
  /** Values that may have been meant, before those that the field would guess. */
  readonly likely?: readonly unknown[];
}

export const mistake = (path: Path, message: string, part: Mistake['part'] = 'value'): Mistake => ({
  path,
  message,
  part,
});
