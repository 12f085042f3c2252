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
        : text.replaceAll(
            REFERENCE,
            (found, bare?: string, round?: string, curly?: string, rest?: string) =>
              read({ found, name: bare ?? round ?? curly, rest }, depth),
          );
    const read = ({ found, name, rest }: Reference, depth: number): string => {
      if (name === undefined) return '$';
      const value = parameters.get(name)?.value ?? defaults.get(name);
      if (rest !== undefined) return expand(choose(rest, value ?? ''), depth + 1);
      return value === undefined ? found : expand(value, depth + 1);
    };
    return expand(whole, 0);
  };
}

interface Reference {
  /** All of it, as it is written. */
  readonly found: string;
  /** Absent: it is `$$`. */
  readonly name: string | undefined;
  readonly rest: string | undefined;
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
