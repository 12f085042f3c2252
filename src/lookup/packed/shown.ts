import type { Place } from './pages.ts';

/** What was handed out last, as it was made: whoever is asked for again and again is not made anew each time. */
export interface Shown<V> {
  at(place: Place): V | undefined;
  keep(place: Place, value: V): void;
  /** Something else lies there now. */
  drop(place: Place): void;
}

/** A power of two; each place has one of them to itself or shares it. */
const SIZE = 1024;

export function createShown<V>(): Shown<V> {
  let places: Int32Array | undefined;
  let values: (V | undefined)[] = [];
  return {
    at: (place) => {
      const slot = place & (SIZE - 1);
      return places !== undefined && places[slot] === place ? values[slot] : undefined;
    },
    keep: (place, value) => {
      if (places === undefined) {
        places = new Int32Array(SIZE);
        values = Array.from({ length: SIZE }, () => undefined);
      }
      const slot = place & (SIZE - 1);
      places[slot] = place;
      values[slot] = value;
    },
    drop: (place) => {
      const slot = place & (SIZE - 1);
      if (places === undefined || places[slot] !== place) return;
      places[slot] = 0;
      values[slot] = undefined;
    },
  };
}
