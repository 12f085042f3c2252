/** What no client's name of a map may hold: sendmail's are made of ASCII letters, digits, `_` and `.`. */
const UNWRITABLE = /[^A-Za-z0-9_.]/gu;

/** The name by which a client asks for a map whose own name it cannot write: `user_exists` for `user-exists`. */
export const writableName = (name: string): string => name.replaceAll(UNWRITABLE, '_');

/** Whether a client may ask for a map by `name`, its own or its writable one. */
export const isNamed = (maps: ReadonlyMap<string, unknown>, name: string): boolean =>
  maps.has(name) || withWritableNames(maps).has(name);

/**
 * Gives `named` with its values under their writable names, too. A name that is there keeps its value, and one that
 * several would have is nobody's.
 */
export function withWritableNames<T>(named: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  const others = [...named].filter(([name]) => !named.has(writableName(name)));
  const byName = Map.groupBy(others, ([name]) => writableName(name));
  const alone = [...byName].flatMap(([name, [only, ...rest]]) =>
    only === undefined || rest.length > 0 ? [] : [[name, only[1]] as const],
  );
  return new Map([...named, ...alone]);
}
