import type { Directory } from '../../../src/directory/directory.ts';
import type { Subject } from './subject.ts';

/**
 * How a type of directory is examined: here, where that needs nothing but Node; else by a file of tests that starts
 * servers for it. `test/directory/TYPE/subject.ts` exports one as `registration`.
 */
export type Registration = Examination | { readonly examinedBy: string };

/** A subject that needs no server. */
export interface Examination {
  readonly subject: Subject;
  /** Opens the directory that many tests ask. */
  readonly start: () => Promise<Directory>;
}
