import type { Place } from './pages.ts';

/** What was handed out last, as it was made: whoever is asked for again and again is not made anew each time. */
export interface Shown<V> {
  at(place: Place): V | undefined;
  keep(place: Place, value: V): void;
  /** Something else lies there now. */
  drop(place: Place): void;
}

/** Two thousand values are less than a megabyte. */
const BITS = 11;

/** Where a value stands, and whatever else falls there. Places lie at regular distances, so they are mixed. */
const slotOf = (place: Place): number => Math.imul(place, 0x9e3779b1) >>> (32 - BITS);

/** Creates it; it takes room once it is used. */
export function createShown<V>(): Shown<V> {
  let places = new Int32Array(0);
  let values: (V | undefined)[] = [];
  return {
    at: (place) => {
      const slot = slotOf(place);
      return places[slot] === place ? values[slot] : undefined;
    },
    keep: (place, value) => {
      if (places.length === 0) {
        places = new Int32Array(2 ** BITS);
        values = Array.from({ length: 2 ** BITS }, () => undefined);
      }
      const slot = slotOf(place);
      places[slot] = place;
      values[slot] = value;
    },
    drop: (place) => {
      const slot = slotOf(place);
      if (places[slot] !== place) return;
      places[slot] = 0;
      values[slot] = undefined;
    },
  };
}
