/** What placeholders may stand for, taken apart once. What is missing is empty. */
export interface TemplateKey {
  /** `%s` */
  readonly whole: string;
  /** `%u`: the local part; all of a key that is no address. */
  readonly user: string;
  /** `%d` */
  readonly domain: string;
  /** `%1` to `%9`: the domain's labels, the last one first. Postfix passes over empty ones, and so does this. */
  readonly labels: readonly string[];
}

/** Something with places for parts of a key. */
export interface Bindable<T> {
  readonly hasPlaceholders: boolean;
  /** Absent where the key lacks a part that has a place: then nothing is asked, as `ldap_table(5)` says. */
  readonly bind: (key: TemplateKey) => T | undefined;
}

/** A text with places for parts of a key. */
export type Template = Bindable<string>;

/** A place in a template. */
export interface Placeholder {
  readonly letter: string;
  readonly read: (key: TemplateKey) => string;
}

const READERS: Readonly<Record<string, (key: TemplateKey) => string>> = {
  s: ({ whole }) => whole,
  u: ({ user }) => user,
  d: ({ domain }) => domain,
};

/** Takes a key, or a value, apart at its last `@`. */
export function templateKey(whole: string): TemplateKey {
  const at = whole.lastIndexOf('@');
  if (at === -1) return { whole, user: whole, domain: '', labels: [] };
  const domain = whole.slice(at + 1);
  return { whole, user: whole.slice(0, at), domain, labels: labelsOf(domain) };
}

const labelsOf = (domain: string): readonly string[] =>
  domain
    .split('.')
    .filter((label) => label !== '')
    .toReversed();

/** Makes something else out of what has places. */
export const bindOne = <T, R>(
  { hasPlaceholders: has, bind }: Bindable<T>,
  make: (bound: T) => R,
): Bindable<R> => ({
  hasPlaceholders: has,
  bind(key) {
    const bound = bind(key);
    return bound === undefined ? undefined : make(bound);
  },
});

/** Makes one thing out of several that have places; absent where one of them is. */
export const bindAll = <T, R>(
  templates: readonly Bindable<T>[],
  make: (bound: T[]) => R,
): Bindable<R> => ({
  hasPlaceholders: templates.some((template) => template.hasPlaceholders),
  bind(key) {
    const bound = templates.map(({ bind }) => bind(key));
    return bound.every((each) => each !== undefined) ? make(bound) : undefined;
  },
});

/**
 * Splits a text at its placeholders; `%%` becomes a percent sign.
 * @param offset where the text begins in what it is part of
 * @throws {SyntaxError} with the offset of an unknown placeholder
 */
export function splitTemplate(text: string, offset = 0): readonly (string | Placeholder)[] {
  const parts: (string | Placeholder)[] = [];
  let fixed = '';
  let last = 0;
  for (const { 0: mark, index } of text.matchAll(/%.?/gsu)) {
    fixed += text.slice(last, index);
    last = index + mark.length;
    const read = readerOf(mark.slice(1));
    if (mark === '%%') {
      fixed += '%';
    } else if (read === undefined) {
      throw new SyntaxError(
        `"${mark}" at offset ${offset + index} means nothing here, known are %s %u %d %S %U %D %1 to %9 and %%`,
      );
    } else {
      parts.push(fixed, { letter: mark.slice(1), read });
      fixed = '';
    }
  }
  parts.push(fixed + text.slice(last));
  return parts.filter((part) => part !== '');
}

function readerOf(letter: string): Placeholder['read'] | undefined {
  if (!/^[1-9]$/.test(letter)) return READERS[letter.toLowerCase()];
  const index = Number(letter) - 1;
  return ({ labels }) => labels[index] ?? '';
}

/** Whether any part is a placeholder. */
export const hasPlaceholders = (parts: readonly (string | Placeholder)[]): boolean =>
  parts.some((part) => typeof part !== 'string');

/** Puts parts together again; absent where a placeholder's text is empty. */
export function joinParts(
  parts: readonly (string | Placeholder)[],
  fill: (placeholder: Placeholder) => string,
): string | undefined {
  let joined = '';
  for (const part of parts) {
    const text = typeof part === 'string' ? part : fill(part);
    if (text === '') return undefined;
    joined += text;
  }
  return joined;
}
