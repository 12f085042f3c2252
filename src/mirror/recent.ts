/** What was said of late, by address. */
export interface Recent<T> {
  readonly get: (address: string) => T | undefined;
  readonly keep: (address: string, said: T) => void;
  readonly forget: (address: string) => void;
  readonly clear: () => void;
}

/**
 * Holds up to `size`, and drops all where one more comes: to read them again costs less than to know which of them is oldest at
 * each hit, and a second Map of older ones cost a hit a third.
 * @param weigh how many others have no room beside one
 */
export function createRecent<T>(size: number, weigh: (said: T) => number = () => 1): Recent<T> {
  let all = new Map<string, T>();
  let weighed = 0;
  const clear = (): void => {
    if (all.size > 0) all = new Map();
    weighed = 0;
  };
  return {
    get: (address) => all.get(address),
    keep: (address, said) => {
      const weight = weigh(said);
      if (weighed + weight > size) clear();
      weighed += weight;
      all.set(address, said);
    },
    forget: (address) => {
      all.delete(address);
    },
    clear,
  };
}
