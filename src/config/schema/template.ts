/** A piece of a template: text as it stands, or what is filled in. */
export type Part<Placeholder extends string> = string | { readonly placeholder: Placeholder };

/** What the result of a map for people may hold: the address, its local part, its domain, the id, a login. */
export const PERSON_PLACEHOLDERS = ['%s', '%u', '%d', '{id}', '{login}'] as const;

/** `%` and what follows it, or braces. */
const PLACEHOLDER = /%.?|\{[^}]*\}?/gsu;

/**
 * Splits a text at its placeholders, which are out of `known`; `%%` is a percent sign.
 * @throws {SyntaxError} that names an unknown one, and where it stands
 */
export function splitTemplate<const Placeholder extends string>(
  text: string,
  known: readonly Placeholder[],
): readonly Part<Placeholder>[] {
  const parts: Part<Placeholder>[] = [];
  let last = 0;
  for (const { 0: found, index } of text.matchAll(PLACEHOLDER)) {
    const placeholder = known.find((each) => each === found);
    if (placeholder === undefined && found !== '%%') {
      throw new SyntaxError(
        `unknown ${JSON.stringify(found)} at character ${index + 1}, known are ${known.join(', ')} and %% for a percent sign`,
      );
    }
    parts.push(text.slice(last, index), placeholder === undefined ? '%' : { placeholder });
    last = index + found.length;
  }
  return [...parts, text.slice(last)];
}
