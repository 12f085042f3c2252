/** Placeholders that other programs fill in, and nothing else. */
const FOREIGN = /\{\{\s*[\w.]+\s*\}\}|\$\{\s*[\w.:]+\s*\}|\$\(\w+\)|%\(\w+\)s|%\{[\w:]*\}|%\d\$s/gu;

/** Those that may be something else: in SQL `'{mail}'` is a list, `{3}` a count in an expression. */
const IN_BRACES = /\{(?:\d|user|user_?name|login|e?-?mail|address|uid|local_?part|domain)\}/giu;

/** Those that are a whole value, as drivers of databases have them. */
const FOREIGN_VALUE = /(?<==\s*)(?:\?|\$\d)(?=[)\s]|$)/gu;

/** A placeholder of another program in `text`, as it is nowhere in SQL; absent where it has none. */
export const surelyForeignIn = (text: string): string | undefined =>
  (text.match(FOREIGN) ?? text.match(FOREIGN_VALUE))?.[0];

/** A placeholder of another program in `text`; absent where it has none. */
export const foreignIn = (text: string): string | undefined =>
  surelyForeignIn(text) ?? text.match(IN_BRACES)?.[0];

/** `text` with our placeholders in the place of others'. */
export const withoutForeign = (text: string): string =>
  text.replace(FOREIGN, ours).replace(IN_BRACES, ours).replace(FOREIGN_VALUE, '%s');

function ours(placeholder: string): string {
  if (/domain|host/i.test(placeholder)) return '%d';
  return /local/i.test(placeholder) ? '%u' : '%s';
}

/** What is said of one: it would be looked for as it stands, and nobody be found. */
export const describeForeign = (placeholder: string): string =>
  `${JSON.stringify(placeholder)} is a placeholder of other programs and would be looked for as it stands, write %s for the address, %u for its local part, %d for its domain`;
