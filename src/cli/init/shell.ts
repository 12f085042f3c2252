/** Writes `text` as one word of a shell. */
export const quote = (text: string): string =>
  /^[\w.@:/=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
