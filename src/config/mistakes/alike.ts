/** Something that is wrong: in which setting, and what. */
interface Fault {
  /** The section that it stands in, and where there. */
  readonly path: string;
  readonly message: string;
}

/** What faults have in common that one message can tell of: the same is wrong with things of other names. */
export function kindOf({ path, message }: Fault): string {
  const [section = '', below] = path.split('.', 2);
  // How to mend it, and what it names, is each one's own.
  const [fault = ''] = message.split(', ', 1);
  const bare = fault.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').replaceAll(/[\w.@-]*\d[\w.@-]*/g, '0');
  return `${below === undefined ? '' : section} ${bare}`;
}

/** The first few of each kind, in their order. */
export function firstOfEach<T>(
  all: readonly T[],
  most: number,
  kind: (each: T) => string,
): readonly T[] {
  const met = new Map<string, number>();
  return all.filter((each) => {
    const name = kind(each);
    const count = (met.get(name) ?? 0) + 1;
    met.set(name, count);
    return count <= most;
  });
}
