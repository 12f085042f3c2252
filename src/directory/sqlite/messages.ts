/** What a thread is asked. */
export interface Question {
  /** From 1 on. */
  readonly id: number;
  readonly text: string;
  readonly values: readonly string[];
}

/** What it says; of question 0, that it has opened the file. */
export type Answer =
  | { readonly id: number; readonly names: readonly string[]; readonly rows: readonly unknown[] }
  | { readonly id: number; readonly message: string; readonly code: number };

/** What a thread's error is outside of it. `code` is SQLite's, extended. */
export class SqliteError extends Error {
  readonly code: number;
  constructor(message: string, code: number) {
    super(message);
    this.name = 'SqliteError';
    this.code = code;
  }
}
