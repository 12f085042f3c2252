/** What was said of late, by address. */
export interface Recent<T> {
  get(address: string): T | undefined;
  /** `weight`: as many others have no room beside it. */
  keep(address: string, said: T, weight?: number): void;
  forget(address: string): void;
  clear(): void;
}

/** Holds between `size` and twice as many, in two Maps of which the older is dropped whole: no entry moves on a hit. */
export function createRecent<T>(size: number): Recent<T> {
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  let weighed = 0;
  const keep = (address: string, said: T, weight = 1): void => {
    if (weighed + weight > size && young.size > 0) {
      [old, young] = [young, new Map()];
      weighed = 0;
    }
    weighed += weight;
    young.set(address, said);
  };
  return {
    get: (address) => young.get(address) ?? old.get(address),
    keep,
    forget: (address) => {
      young.delete(address);
      old.delete(address);
    },
    clear: () => {
      if (young.size > 0) young = new Map();
      if (old.size > 0) old = new Map();
      weighed = 0;
    },
  };
}
