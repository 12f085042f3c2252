/** What was said of late, by address. */
export interface Recent<T> {
  get(address: string): T | undefined;
  keep(address: string, said: T): void;
  clear(): void;
}

/** Holds between `size` and twice as many, in two Maps of which the older is dropped whole: no entry moves on a hit. */
export function createRecent<T>(size: number): Recent<T> {
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  const keep = (address: string, said: T): void => {
    if (young.size >= size) [old, young] = [young, new Map()];
    young.set(address, said);
  };
  return {
    get: (address) => {
      const said = young.get(address);
      if (said !== undefined) return said;
      const older = old.get(address);
      if (older !== undefined) keep(address, older);
      return older;
    },
    keep,
    clear: () => {
      if (young.size > 0) young = new Map();
      if (old.size > 0) old = new Map();
    },
  };
}
