import type { z } from 'zod';

/** A JSON Schema, or a part of one. */
export type Schema = z.core.JSONSchema.BaseSchema;

/** A text that looks so. */
export const text = (pattern: string): Schema => ({ type: 'string', pattern });

/** A text that looks so, or none. */
export const optional = (pattern: string): Schema => text(`^(${pattern})?$`);

/** One of a few texts. */
export const oneOf = (...choices: readonly string[]): Schema => ({
  type: 'string',
  enum: [...choices],
});

/** A number without a fraction, within bounds that count. */
export const integer = (minimum: number, maximum?: number): Schema => ({
  type: 'integer',
  minimum,
  ...(maximum === undefined ? {} : { maximum }),
});

/** What `null` leaves out as well. */
export const nullable = (schema: Schema, type: 'integer' | 'array'): Schema => ({
  ...schema,
  type: ['null', type],
});

/** A list of such things. */
export const listOf = (items: Schema): Schema => ({ type: 'array', items });

/** Such things under names of the user's choice. */
export const mapOf = (additionalProperties: Schema): Schema => ({
  type: 'object',
  additionalProperties,
});

/** A part of a Kubernetes object, which goes there as it stands and is checked there. */
export const VERBATIM: Schema = { type: 'object' };

/** The same, which `null` leaves out. Helm drops a null before it looks here, an editor does not. */
export const OMISSIBLE: Schema = { type: ['null', 'object'] };

/** A text of any kind. */
export const TEXT: Schema = { type: 'string' };

/** Labels or annotations: Kubernetes knows texts only, so that `"1"` needs its quotes. */
export const LABELS: Schema = mapOf(TEXT);
