import { type Pages, type Place, unitOf } from './pages.ts';
import { NEWER, OLDER, setWordAt, wordAt } from './record.ts';

/** The order in which records were used. */
export interface Ring {
  /** Puts one in front that is nowhere. */
  link(place: Place): void;
  unlink(place: Place): void;
  /** Puts one in front that is somewhere. */
  use(place: Place): void;
  /** Follows a record that was copied from `from` to `to`. */
  follow(from: Place, to: Place): void;
  /** 0: there is none. */
  oldest(): Place;
  /** From the most recently used one on; nothing may change meanwhile. */
  backward(): Generator<Place>;
  /** From the least recently used one on. Whoever is used meanwhile comes later, whoever is dropped does not come. */
  forward(): Generator<Place>;
}

/** Creates the order of records that lie in `pages`, in their own words. 0 stands before the first and behind the last. */
export function createRing({ pageOf }: Pages): Ring {
  let newest: Place = 0;
  let oldest: Place = 0;
  /** Where those are who go along it. */
  const cursors = new Set<{ at: Place }>();

  const olderOf = (place: Place): Place => wordAt(pageOf(place), unitOf(place), OLDER);
  const newerOf = (place: Place): Place => wordAt(pageOf(place), unitOf(place), NEWER);
  const setOlder = (place: Place, to: Place): void => {
    if (place === 0) newest = to;
    else setWordAt(pageOf(place), unitOf(place), OLDER, to);
  };
  const setNewer = (place: Place, to: Place): void => {
    if (place === 0) oldest = to;
    else setWordAt(pageOf(place), unitOf(place), NEWER, to);
  };

  const link = (place: Place): void => {
    setOlder(place, newest);
    setNewer(place, 0);
    setNewer(newest, place);
    newest = place;
  };

  const unlink = (place: Place): void => {
    const [older, newer] = [olderOf(place), newerOf(place)];
    for (const cursor of cursors) if (cursor.at === place) cursor.at = newer;
    setOlder(newer, older);
    setNewer(older, newer);
  };

  return {
    link,
    unlink,
    use: (place) => {
      if (place === newest) return;
      unlink(place);
      link(place);
    },
    follow: (from, to) => {
      for (const cursor of cursors) if (cursor.at === from) cursor.at = to;
      setNewer(olderOf(to), to);
      setOlder(newerOf(to), to);
    },
    oldest: () => oldest,
    *backward() {
      for (let at = newest; at !== 0; at = olderOf(at)) yield at;
    },
    *forward() {
      const cursor = { at: oldest };
      cursors.add(cursor);
      try {
        while (cursor.at !== 0) {
          const place = cursor.at;
          cursor.at = newerOf(place);
          yield place;
        }
      } finally {
        cursors.delete(cursor);
      }
    },
  };
}
