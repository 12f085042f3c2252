import type { Place } from './pages.ts';

/** Finds places by hash. */
export interface Table {
  /** The place of this hash that `isIt`; 0: there is none. */
  find(hash: number, isIt: (place: Place) => boolean): Place;
  add(hash: number, place: Place): void;
  /** What is at `place` is at `to` now; 0: it is nowhere. */
  move(hash: number, place: Place, to: Place): void;
}

/** Parts that grow each for itself: to double one takes a moment, to double all of a million a tenth of a second. */
const PARTS = 256;
const FIRST = 16;

/** Its upper bits; the slot is found by the lower ones. */
const partNumber = (hash: number): number => (hash >>> 24) % PARTS;

interface Part {
  slots: Int32Array;
  count: number;
}

/** Creates an empty table: open addresses, one after the other, in parts that are at most three quarters full. */
export function createTable(hashOf: (place: Place) => number): Table {
  const parts: Part[] = [];

  const partOf = (hash: number): Part => {
    const number = partNumber(hash);
    return (parts[number] ??= { slots: new Int32Array(FIRST), count: 0 });
  };

  const grow = (part: Part): void => {
    const former = part.slots;
    part.slots = new Int32Array(2 * former.length);
    for (const place of former) if (place !== 0) put(part.slots, hashOf(place), place);
  };

  /** The slot where `place` stands. */
  const slotOf = (slots: Int32Array, hash: number, place: Place): number => {
    const mask = slots.length - 1;
    let at = hash & mask;
    while (slots[at] !== place) at = (at + 1) & mask;
    return at;
  };

  /** Takes a slot out; whoever follows and would not be found behind a gap moves up. */
  const close = (slots: Int32Array, gap: number): void => {
    const mask = slots.length - 1;
    let hole = gap;
    for (let at = (hole + 1) & mask; ; at = (at + 1) & mask) {
      const place = slots[at] ?? 0;
      if (place === 0) break;
      if (((at - hashOf(place)) & mask) < ((at - hole) & mask)) continue;
      slots[hole] = place;
      hole = at;
    }
    slots[hole] = 0;
  };

  return {
    find: (hash, isIt) => {
      const slots = parts[partNumber(hash)]?.slots;
      if (slots === undefined) return 0;
      const mask = slots.length - 1;
      for (let at = hash & mask; ; at = (at + 1) & mask) {
        const place = slots[at] ?? 0;
        if (place === 0 || isIt(place)) return place;
      }
    },
    add: (hash, place) => {
      const part = partOf(hash);
      part.count += 1;
      if (part.count * 4 > part.slots.length * 3) grow(part);
      put(part.slots, hash, place);
    },
    move: (hash, place, to) => {
      const part = partOf(hash);
      const slot = slotOf(part.slots, hash, place);
      if (to !== 0) {
        part.slots[slot] = to;
        return;
      }
      part.count -= 1;
      close(part.slots, slot);
    },
  };
}

function put(slots: Int32Array, hash: number, place: Place): void {
  const mask = slots.length - 1;
  let at = hash & mask;
  while (slots[at] !== 0) at = (at + 1) & mask;
  slots[at] = place;
}
