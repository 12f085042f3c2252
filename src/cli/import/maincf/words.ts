/** A word of a parameter's value, and what stands before it. */
export interface Word {
  readonly before: string;
  readonly text: string;
}

/** Types of Postfix's tables that ask a server, or a file of SQLite: those that are imported. */
export const NATIVE_TYPES = ['ldap', 'pgsql', 'mysql', 'sqlite'] as const;
export type NativeType = (typeof NATIVE_TYPES)[number];

/** A table that is imported: `mysql:/etc/postfix/aliases.cf`, also behind `proxy:`. */
export interface Native {
  readonly type: NativeType;
  /** What stands behind the type. */
  readonly file: string;
}

/** Splits a value at blanks and commas, but for what stands in braces (`{ … }` is one word, however deep). */
export function wordsOf(value: string): readonly Word[] {
  const words: Word[] = [];
  let before = '';
  let text = '';
  let depth = 0;
  for (const letter of value) {
    if (depth === 0 && /[\s,]/.test(letter)) {
      if (text !== '') words.push({ before, text });
      before = text === '' ? before + letter : letter;
      text = '';
      continue;
    }
    if (letter === '{') depth += 1;
    if (letter === '}') depth -= 1;
    text += letter;
  }
  return text === '' ? words : [...words, { before, text }];
}

/** Puts words together again. */
export const joinWords = (words: readonly Word[]): string =>
  words
    .map(({ before, text }, i) => (i === 0 ? '' : before.replaceAll(/\s+/g, ' ')) + text)
    .join('');

/** Reads a word as a table that is imported. */
export function nativeIn(text: string): Native | undefined {
  const { type = '', file = '' } =
    /^(?:proxy:)?(?<type>\w+):(?<file>.+)$/s.exec(text)?.groups ?? {};
  const known = NATIVE_TYPES.find((each) => each === type);
  return known === undefined ? undefined : { type: known, file };
}

/** The type of a table that stays; absent: the word names none. */
export const typeIn = (text: string): string | undefined =>
  /^!?(?:proxy:)?(?<type>[a-z]\w*):/.exec(text)?.groups?.['type'];
