/** What an error says, for the end of one of our own messages; what is no error is shown as a string. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
