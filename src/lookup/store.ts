import type { Kept } from './kept.ts';
import type { Form } from './packed/form.ts';
import { readKey } from './packed/key.ts';
import { createPages, type Page, type Place, unitOf } from './packed/pages.ts';
import * as record from './packed/record.ts';
import { createRing } from './packed/ring.ts';
import { createShown } from './packed/shown.ts';
import { createTable } from './packed/table.ts';

/** So many values by key; the least recently used one makes room. Its size can change while it is used. */
export interface Store<V> {
  /** Counts as a use. */
  get(key: string): V | undefined;
  /** Does not. */
  peek(key: string): V | undefined;
  set(key: string, value: V): void;
  /** Says whether there was one. */
  delete(key: string): boolean;
  /** Drops, from the least recently used one on and in slices, what is not of `epoch`, up to one that is. */
  sweep(epoch: number): void;
  /** The most recently used first, so many at most. */
  readonly keys: (most?: number) => readonly string[];
  /** The least recently used first. It may be read in slices: whoever is used meanwhile comes later. */
  readonly entries: () => Generator<readonly [key: string, value: V]>;
  /** Lets it hold so many, the most recent ones of those that it holds; the others go in slices. */
  resize(max: number): void;
  readonly size: number;
  readonly max: number;
}

/** Values that are dropped between others' turns: less than a millisecond. */
const SLICE = 500;

/**
 * Creates a store of so many, packed in bytes: of a million objects each took 430 bytes, and the collector had to walk them all.
 * What has no text lies beside it as it is.
 * @see docs/decisions/0024-packed-memory.md
 */
export function createStore<V extends Kept>(max: number, form: Form<V>): Store<V> {
  let most = max;
  let size = 0;
  const objects = new Map<Place, V>();
  const shown = createShown<V>();

  const pages = createPages(record.unitsAt, (from, to) => {
    const page = pages.pageOf(to);
    table.move(record.hashAt(page, unitOf(to)), from, to);
    ring.follow(from, to);
    shown.drop(from);
    const object = objects.get(from);
    if (object === undefined) return;
    objects.delete(from);
    objects.set(to, object);
  });
  const { pageOf } = pages;
  const table = createTable((place) => record.hashAt(pageOf(place), unitOf(place)));
  const ring = createRing(pages);

  /** 0: it is not there. */
  const find = (key: string): Place => {
    const sought = readKey(key);
    return table.find(sought.hash, (place) => record.isKeyAt(pageOf(place), unitOf(place), sought));
  };

  const valueAt = (place: Place, key: string): V | undefined => {
    const known = shown.at(place);
    if (known !== undefined) return known;
    const value = readAt(place, key);
    if (value !== undefined) shown.keep(place, value);
    return value;
  };

  const readAt = (place: Place, key: string): V | undefined => {
    const page: Page = pageOf(place);
    const unit = unitOf(place);
    const text = record.readTextAt(page, unit);
    if (text === undefined) return objects.get(place);
    return form.unpack(text, key, record.readLifeAt(page, unit));
  };

  const drop = (place: Place): void => {
    const page = pageOf(place);
    const unit = unitOf(place);
    table.move(record.hashAt(page, unit), place, 0);
    ring.unlink(place);
    objects.delete(place);
    shown.drop(place);
    size -= 1;
    pages.release(place, record.bury(page, unit));
  };

  /** Says whether there was one. */
  const dropOldest = (): boolean => {
    const place = ring.oldest();
    if (place !== 0) drop(place);
    return place !== 0;
  };

  const write = (place: Place, value: V, text: record.TextBytes): void => {
    shown.drop(place);
    record.writeValue(pageOf(place), unitOf(place), value, text);
    if (text.text === undefined) objects.set(place, value);
    else objects.delete(place);
  };

  const set = (key: string, value: V): void => {
    const text = record.measureText(form.pack(value, key));
    const known = find(key);
    const units = record.unitsFor(readKey(key), text);
    if (known !== 0) {
      // Nearly always somebody is told again as they were: only their life is another.
      if (record.unitsAt(pageOf(known), unitOf(known)).units === units) {
        ring.use(known);
        write(known, value, text);
        return;
      }
      drop(known);
    } else if (size >= most) dropOldest();
    const place = pages.reserve(units);
    record.writeKey(pageOf(place), unitOf(place), readKey(key));
    write(place, value, text);
    table.add(readKey(key).hash, place);
    ring.link(place);
    size += 1;
  };

  /** Drops the oldest ones while `isOver` says so. */
  const dropWhile = async (isOver: () => boolean): Promise<void> => {
    for (let i = 1; isOver() && dropOldest(); i++)
      if (i % SLICE === 0) await new Promise(setImmediate);
  };

  const keyAt = (place: Place): string => record.readKeyAt(pageOf(place), unitOf(place));

  return {
    get: (key) => {
      const place = find(key);
      if (place === 0) return undefined;
      ring.use(place);
      return valueAt(place, key);
    },
    peek: (key) => {
      const place = find(key);
      return place === 0 ? undefined : valueAt(place, key);
    },
    set,
    delete: (key) => {
      const place = find(key);
      if (place !== 0) drop(place);
      return place !== 0;
    },
    sweep: (epoch) =>
      void dropWhile(() => {
        const oldest = ring.oldest();
        return oldest !== 0 && record.epochAt(pageOf(oldest), unitOf(oldest)) !== epoch;
      }),
    keys: (count = Number.POSITIVE_INFINITY) => ring.backward().take(count).map(keyAt).toArray(),
    *entries() {
      for (const place of ring.forward()) {
        const key = keyAt(place);
        const value = readAt(place, key);
        if (value !== undefined) yield [key, value];
      }
    },
    resize: (next) => {
      most = next;
      void dropWhile(() => size > most);
    },
    get size() {
      return size;
    },
    get max() {
      return most;
    },
  };
}
