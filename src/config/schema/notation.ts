import { z } from 'zod';

/** What zod does not know of a schema, for whoever reads it: environment, messages, reference. */
export interface Notation {
  /** How a value is written, for people: `duration`. */
  readonly type?: string;
  /** What stands relative to the file, or the working directory, that names it. */
  readonly place?: 'path' | 'path or off' | 'endpoint' | 'secret' | 'module';
  /** What a record's key is called in the reference: `DOMAIN`, what one looks like, and whether it has dots. */
  readonly key?: { readonly name: string; readonly example: string; readonly dotted?: true };
  /** What may stand alone: an item in place of its list, or this one setting in place of its group. */
  readonly alone?: string;
}

/** The notations of all schemas; wrappers and copies made by zod inherit them. */
export const notations = z.registry<Notation>();
