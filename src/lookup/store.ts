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
  /** Lets it hold so many, the most recent ones of those that it holds; the others go in slices. */
  resize(max: number): void;
  readonly size: number;
  readonly max: number;
}

/** Values that are dropped between others' turns: less than a millisecond. */
const SLICE = 500;

/** What an empty one has room for. */
const FIRST = 64;

/** What stands between the most and the least recently used one; nothing lies there. */
const END = 0;

/**
 * Creates a store of so many. It grows as it is filled: `lru-cache`, which was here, takes 24 bytes at once for each value that may
 * come, 4 MB of an idle directory, and has to be copied for another size.
 */
export function createStore<V extends object>(max: number): Store<V> {
  let most = max;
  const places = new Map<string, number>();
  const keys: (string | undefined)[] = [undefined];
  const values: (V | undefined)[] = [undefined];
  /** From place to place, a ring through `END`, whose neighbours are the most and the least recently used one. */
  let older = new Uint32Array(FIRST);
  let newer = new Uint32Array(FIRST);
  /** Places that are free again. */
  const free: number[] = [];

  const unlink = (place: number): void => {
    const [before = END, behind = END] = [newer[place], older[place]];
    older[before] = behind;
    newer[behind] = before;
  };

  const link = (place: number): void => {
    const first = older[END] ?? END;
    older[place] = first;
    newer[place] = END;
    newer[first] = place;
    older[END] = place;
  };

  const use = (place: number): void => {
    if (older[END] === place) return;
    unlink(place);
    link(place);
  };

  const drop = (key: string, place: number): void => {
    places.delete(key);
    unlink(place);
    keys[place] = undefined;
    values[place] = undefined;
    free.push(place);
  };

  /** Says whether there was one. */
  const dropOldest = (): boolean => {
    const place = newer[END] ?? END;
    const key = keys[place];
    if (key === undefined) return false;
    drop(key, place);
    return true;
  };

  const takePlace = (): number => {
    const place = free.pop() ?? keys.length;
    if (place === older.length) {
      older = grown(older);
      newer = grown(newer);
    }
    return place;
  };

  const add = (key: string, value: V): void => {
    if (places.size >= most) dropOldest();
    const place = takePlace();
    keys[place] = key;
    values[place] = value;
    places.set(key, place);
    link(place);
  };

  /** Drops the oldest ones while `isOver` says so. */
  const dropWhile = async (isOver: () => boolean): Promise<void> => {
    for (let i = 1; isOver() && dropOldest(); i++)
      if (i % SLICE === 0) await new Promise(setImmediate);
  };

  return {
    get: (key) => {
      const place = places.get(key);
      if (place === undefined) return undefined;
      use(place);
      return values[place];
    },
    peek: (key) => values[places.get(key) ?? END],
    set: (key, value) => {
      const place = places.get(key);
      if (place === undefined) return add(key, value);
      values[place] = value;
      use(place);
    },
    delete: (key) => {
      const place = places.get(key);
      if (place !== undefined) drop(key, place);
      return place !== undefined;
    },
    sweep: (isOver) =>
      void dropWhile(() => {
        const oldest = values[newer[END] ?? END];
        return oldest !== undefined && isOver(oldest);
      }),
    keys: () => {
      const listed: string[] = [];
      for (let at = older[END] ?? END; at !== END; at = older[at] ?? END) {
        const key = keys[at];
        if (key !== undefined) listed.push(key);
      }
      return listed;
    },
    resize: (next) => {
      most = next;
      void dropWhile(() => places.size > most);
    },
    get size() {
      return places.size;
    },
    get max() {
      return most;
    },
  };
}

function grown(links: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(2 * links.length);
  larger.set(links);
  return larger;
}
