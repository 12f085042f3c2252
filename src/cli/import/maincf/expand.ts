import type { Parameter } from '../parameters.ts';

/** Parameters within parameters. */
const MAX_DEPTH = 10;

/** Gives what a text stands for. A name that is not set stays as it is. */
export type Expand = (text: string) => string;

/**
 * Makes what reads `$name`, `$(name)` and `${name}` as other parameters, and `${name?yes}`, `${name:no}` and
 * `${name?{yes}:{no}}` by whether one is set. `$$` is a `$`. What is not set here may have a default, which a file does not show.
 */
export function createExpand(
  parameters: ReadonlyMap<string, Parameter>,
  defaults: ReadonlyMap<string, string>,
): Expand {
  return (whole) => {
    const expand = (text: string, depth: number): string =>
      depth > MAX_DEPTH
        ? text
        : text.replaceAll(REFERENCE, (found, ...given) => read(found, given, depth));
    const read = (found: string, given: readonly unknown[], depth: number): string => {
      const groups: Readonly<Record<string, string | undefined>> = Object(given.at(-1));
      const name = groups['bare'] ?? groups['round'] ?? groups['curly'];
      if (name === undefined) return '$';
      const value = parameters.get(name)?.value ?? defaults.get(name);
      if (groups['rest'] !== undefined)
        return expand(choose(groups['rest'], value ?? ''), depth + 1);
      return value === undefined ? found : expand(value, depth + 1);
    };
    return expand(whole, 0);
  };
}

/** `$$`, `$name`, `$(name)`, `${name}`, and `${name` with what is chosen by whether it is set. */
const REFERENCE =
  /\$(?:\$|(?<bare>\w+)|\((?<round>\w+)\)|\{(?<curly>\w+)\s*(?<rest>[?:](?:[^{}]|\{[^{}]*\})*)?\})/g;

/** `?yes`, `:no`, `?{yes}:{no}`. */
function choose(rest: string, value: string): string {
  const { yes, no } =
    /^\?\s*\{(?<yes>[^{}]*)\}\s*(?::\s*\{(?<no>[^{}]*)\})?$/.exec(rest)?.groups ?? {};
  const isSet = value !== '';
  if (yes !== undefined) return isSet ? yes.trim() : (no ?? '').trim();
  const then = rest.slice(1).replace(/^\{(?<inner>[^{}]*)\}$/, '$1');
  return isSet === rest.startsWith('?') ? then : '';
}
