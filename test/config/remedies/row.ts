/** A mistake that somebody made: the text with what was written between « and », what mends it, and what is said of it. */
export type Row = readonly [text: string, remedy: string, says?: string];

export const PEOPLE = 'directories: { people: { type: file, path: people.yaml } }\n';
export const DOMAINS = 'domains: { example.org: { directory: people } }\n';
export const LEAST = DOMAINS + PEOPLE;
export const MAPS = `${LEAST}maps:\n  t: { kind: table, directory: people, table: t`;

/** Below `directories.people`, with the path that a file needs. */
export const file = (settings: string): string =>
  `${DOMAINS}directories: { people: { type: file, path: people.yaml, ${settings} } }\n`;
