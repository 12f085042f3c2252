import { LRUCache } from 'lru-cache';

/** So many values by key; the least recently used one makes room. Its size can change while it is used. */
export interface Store<V> {
  /** Counts as a use. */
  get(key: string): V | undefined;
  /** Does not. */
  peek(key: string): V | undefined;
  set(key: string, value: V): void;
  /** Says whether there was one. */
  delete(key: string): boolean;
  /** Drops, from the least recently used one on and in slices, what `isOver`, up to one that is not. */
  sweep(isOver: (value: V) => boolean): void;
  /** The most recently used first. */
  readonly keys: () => readonly string[];
  /** Lets it hold so many, the most recent ones of those that it holds; they move in slices, and are found meanwhile. */
  resize(max: number): void;
  readonly size: number;
  readonly max: number;
}

/** Values that are moved or dropped between others' turns: less than a millisecond. */
const SLICE = 500;

/** Creates a store of so many. */
export function createStore<V extends object>(max: number): Store<V> {
  let wanted = max;
  let current = new LRUCache<string, V>({ max });
  /** What still has to move after a change of size, for a store of this library is of one size for good. */
  let former: LRUCache<string, V> | undefined;

  /** Moves one, least recent first, so that the order stays; what was set meanwhile is newer. */
  const move = (from: LRUCache<string, V>, key: string): V | undefined => {
    const value = from.peek(key);
    from.delete(key);
    if (value === undefined || current.has(key)) return current.peek(key);
    current.set(key, value);
    return value;
  };

  const moveAll = async (from: LRUCache<string, V>): Promise<void> => {
    let excess = from.size - current.max;
    for (let i = 1; former === from; i++) {
      const key = from.rkeys().next().value;
      if (key === undefined) {
        former = undefined;
        begin();
      } else if (excess > 0) {
        excess -= 1;
        from.delete(key);
      } else move(from, key);
      if (i % SLICE === 0) await new Promise(setImmediate);
    }
  };

  const begin = (): void => {
    if (former !== undefined || wanted === current.max) return;
    former = current;
    current = new LRUCache({ max: wanted });
    void moveAll(former);
  };

  const sweep = async (isOver: (value: V) => boolean): Promise<void> => {
    for (let i = 1; ; i++) {
      const oldest = current.rvalues().next().value;
      if (oldest === undefined || !isOver(oldest)) return;
      current.pop();
      if (i % SLICE === 0) await new Promise(setImmediate);
    }
  };

  return {
    get: (key) => {
      const value = current.get(key);
      return value !== undefined || former === undefined ? value : move(former, key);
    },
    peek: (key) => current.peek(key) ?? former?.peek(key),
    set: (key, value) => {
      former?.delete(key);
      current.set(key, value);
    },
    delete: (key) => {
      const wasFormer = former?.delete(key) ?? false;
      return current.delete(key) || wasFormer;
    },
    sweep: (isOver) => void sweep(isOver),
    keys: () => [...current.keys(), ...(former?.keys() ?? [])],
    resize: (next) => {
      wanted = next;
      begin();
    },
    get size() {
      return current.size + (former?.size ?? 0);
    },
    get max() {
      return wanted;
    },
  };
}
