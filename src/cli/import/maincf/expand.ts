import type { Parameter } from '../parameters.ts';

/** Parameters within parameters. */
const MAX_DEPTH = 10;

/** What a text stands for; absent names are told of. */
export type Expand = (text: string) => {
  readonly text: string;
  readonly unknown: readonly string[];
};

/**
 * Makes what reads `$name`, `$(name)` and `${name}` as other parameters, and `${name?yes}`, `${name:no}` and
 * `${name?{yes}:{no}}` by whether one is set. `$$` is a `$`. What is not set here may have a default, which a file does not show.
 */
export function createExpand(
  parameters: ReadonlyMap<string, Parameter>,
  defaults: ReadonlyMap<string, string>,
): Expand {
  return (whole) => {
    const unknown = new Set<string>();
    const expand = (text: string, depth: number): string =>
      depth > MAX_DEPTH
        ? text
        : text.replaceAll(
            /\$(?:(?<dollar>\$)|(?<bare>\w+)|\((?<round>\w+)\)|\{(?<curly>\w+)\s*(?<rest>[?:](?:[^{}]|\{[^{}]*\})*)?\})/g,
            (found: string, ...given: unknown[]) => {
              const groups: Readonly<Record<string, string | undefined>> = Object(given.at(-1));
              if (groups['dollar'] !== undefined) return '$';
              const name = groups['bare'] ?? groups['round'] ?? groups['curly'] ?? '';
              const value = parameters.get(name)?.value ?? defaults.get(name);
              if (groups['rest'] !== undefined)
                return expand(choose(groups['rest'], value ?? ''), depth + 1);
              if (value === undefined) unknown.add(name);
              return value === undefined ? found : expand(value, depth + 1);
            },
          );
    const text = expand(whole, 0);
    return { text, unknown: [...unknown] };
  };
}

/** `?yes`, `:no`, `?{yes}:{no}`. */
function choose(rest: string, value: string): string {
  const { yes, no } =
    /^\?\s*\{(?<yes>[^{}]*)\}\s*(?::\s*\{(?<no>[^{}]*)\})?$/.exec(rest)?.groups ?? {};
  const isSet = value !== '';
  if (yes !== undefined) return isSet ? yes.trim() : (no ?? '').trim();
  const then = rest.slice(1).replace(/^\{(?<inner>[^{}]*)\}$/, '$1');
  return isSet === rest.startsWith('?') ? then : '';
}
