import { propertyOf } from './record.ts';

/** What an error says, for the end of one of our own messages; what is no error is shown as a string. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** The code of an error, the system's or a library's (`ENOENT`); empty where it has none. */
export const codeOf = (error: unknown): string => {
  const code = error instanceof Error ? propertyOf(error, 'code') : undefined;
  return typeof code === 'string' ? code : '';
};

/** What was thrown, as an error. */
export const errorOf = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(String(thrown));
