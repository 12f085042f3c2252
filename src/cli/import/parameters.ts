/** One `name = value` of a file. */
export interface Parameter {
  readonly name: string;
  readonly value: string;
  readonly line: number;
}

/** The settings of one `ldap:` table. */
export interface LdapTable {
  readonly file: string;
  /** What the table is to be called. */
  readonly name: string;
  /** What main.cf writes behind `ldap:`. */
  readonly spec: string;
  /** By their names in `ldap_table(5)`. */
  readonly parameters: ReadonlyMap<string, Parameter>;
}

/**
 * Reads lines as Postfix does: one that begins with a space goes on from the last, also past comments and empty lines,
 * and the last of two settings counts. In these files `$` means nothing.
 */
export function readParameters(text: string): {
  readonly parameters: ReadonlyMap<string, Parameter>;
  /** Lines that set nothing. */
  readonly unreadable: readonly number[];
} {
  const parameters = new Map<string, Parameter>();
  const unreadable: number[] = [];
  for (const { text: logical, line } of logicalLines(text)) {
    const { name, value = '' } =
      /^(?<name>[^=]*?)\s*=\s*(?<value>.*)$/s.exec(logical)?.groups ?? {};
    if (name === undefined || name === '') unreadable.push(line);
    else parameters.set(name, { name, value, line });
  }
  return { parameters, unreadable };
}

/** Lines put together, and where they begin. */
function logicalLines(text: string): readonly { text: string; readonly line: number }[] {
  const lines: { text: string; readonly line: number }[] = [];
  for (const [i, raw] of text.split(/\r?\n/).entries()) {
    if (/^\s*(?:#|$)/.test(raw)) continue;
    const last = lines.at(-1);
    if (/^\s/.test(raw) && last !== undefined) last.text += raw.trimEnd();
    else lines.push({ text: raw.trim(), line: i + 1 });
  }
  return lines;
}

/** Finds the tables of a file: the one that it is, or those that a main.cf of old describes, as `NAME_search_base`. */
export function tablesOf(
  file: string,
  parameters: ReadonlyMap<string, Parameter>,
): readonly LdapTable[] {
  const prefixes = [...parameters.keys()].flatMap((name) =>
    name.endsWith(BASE) ? [name.slice(0, -BASE.length)] : [],
  );
  if (parameters.has('search_base') || prefixes.length === 0) {
    return [{ file, name: nameOf(file), spec: file, parameters }];
  }
  const whole = expanded(parameters);
  return prefixes.map((name) => ({
    file,
    name,
    spec: name,
    parameters: new Map(
      [...whole.values()]
        .filter((parameter) => parameter.name.startsWith(`${name}_`))
        .map((parameter) => [parameter.name.slice(name.length + 1), parameter]),
    ),
  }));
}

const BASE = '_search_base';

/** A file's name without what stands before and behind it; nothing that a map's name can't hold. */
const nameOf = (file: string): string =>
  file
    .replace(/^.*\//s, '')
    .replace(/\.(?:cf|conf|ldap)$/i, '')
    .replaceAll(/[^\w.-]+/g, '-') || 'table';

/** In main.cf `$name`, `$(name)` and `${name}` stand for other parameters of it, as far as it sets them. */
function expanded(parameters: ReadonlyMap<string, Parameter>): ReadonlyMap<string, Parameter> {
  const expand = (value: string, depth: number): string =>
    depth > MAX_DEPTH
      ? value
      : value.replaceAll(/\$(?:(\w+)|\((\w+)\)|\{(\w+)\})/g, (text, ...names: string[]) => {
          const name = names.slice(0, 3).find((each) => each !== undefined) ?? '';
          const found = parameters.get(name);
          return found === undefined ? text : expand(found.value, depth + 1);
        });
  return new Map(
    [...parameters].map(([name, each]) => [name, { ...each, value: expand(each.value, 0) }]),
  );
}

/** Parameters within parameters. */
const MAX_DEPTH = 10;
