import type { Answers, Options, Step } from './question.ts';

/** A file that is written beside the configuration, which names it. */
export interface Beside {
  /** Its name there; an absolute one lies elsewhere. */
  readonly name: string;
  readonly text: string;
  /** Only its owner may read it. */
  readonly isSecret?: true;
}

/** What is made of the answers. */
export interface Plan {
  /** The configuration, line by line; `at` says where a file of `files` lies. */
  readonly config: (at: (name: string) => string) => readonly string[];
  readonly files: readonly Beside[];
  /** What else has to be done before it works, and comments ahead of it. */
  readonly commands: { readonly head: readonly string[]; readonly lines: readonly string[] };
  /** Why it can't be tried yet; absent: it can. */
  readonly untried?: string;
}

/** A type of directory that there are questions for. */
export interface Kind {
  readonly steps: readonly Step[];
  readonly plan: (answers: Answers, options: Options) => Plan;
}

export const NO_COMMANDS: Plan['commands'] = { head: [], lines: [] };
