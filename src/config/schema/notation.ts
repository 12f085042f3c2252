import { z } from 'zod';

/** What a value is looked at with, when it is asked what it may mean. */
export interface Hint {
  /** The setting's default, or its example. */
  readonly sample: unknown;
  /** The domain that it belongs to, where it stands below one. */
  readonly domain?: string;
}

/** Values that somebody may have meant who wrote `written`, the likeliest first. Whether they fit is for the schema to say. */
export type Likely = (written: unknown, hint: Hint) => readonly unknown[];

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
  /** What may be meant by values, or a record's keys, that can't be read. */
  readonly likely?: Likely;
  /** Where the names stand that this may be: `directories`. */
  readonly refers?: string;
  /** The setting of the same group in whose place this one stands, so that no example has both. */
  readonly insteadOf?: string;
}

/** The notations of all schemas; wrappers and copies made by zod inherit them. */
export const notations = z.registry<Notation>();
