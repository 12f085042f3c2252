/** Bytes that records lie in, one after the other. The three views are of the same bytes. */
export interface Page {
  readonly bytes: Buffer;
  readonly words: Int32Array;
  readonly doubles: Float64Array;
  /** Units that were given out, and those of them that were not given back. */
  used: number;
  live: number;
}

/** Where a record begins: the number of its page, and its unit there. 0 is nobody's. */
export type Place = number;

/** Records begin at multiples of 8 bytes, for a double lies there. */
export const UNIT_BYTES = 8;

const PAGE_BITS = 15;
const PAGE_UNITS = 2 ** PAGE_BITS;

/** A full page that holds less is emptied into the newest one, whoever comes in whatever order: a third of all is lost at most. */
const LEAST = (PAGE_UNITS * 2) / 3;

/** A larger record has a page to itself: so a full page is full. */
const LARGE = PAGE_UNITS / 8;

/** Gives out room for records, page by page of 256 KiB: nothing is copied to grow, and the collector sees pages only. */
export interface Pages {
  /** Room for a record of so many units; what lies there before it is written has no meaning. */
  reserve(units: number): Place;
  /** Gives a record's room back. It may move others: `moved` is told. */
  release(place: Place, units: number): void;
  readonly pageOf: (place: Place) => Page;
  /** How many pages there are. */
  readonly count: () => number;
}

/** The record's first unit, in its page. */
export const unitOf = (place: Place): number => place & (PAGE_UNITS - 1);

/**
 * Creates pages that take no room yet.
 * @param unitsAt of the record that lies there, whether it is live or was given back
 * @param moved is told after the bytes of a live record were copied from one place to another
 */
export function createPages(
  unitsAt: (page: Page, unit: number) => { readonly units: number; readonly isLive: boolean },
  moved: (from: Place, to: Place) => void,
): Pages {
  const pages: (Page | undefined)[] = [];
  const free: number[] = [];
  /** The number of the page that is being filled. */
  let newest = -1;

  const pageAt = (number: number): Page => {
    const page = pages[number];
    if (page === undefined) throw new Error(`there is no page ${number}`);
    return page;
  };
  const pageOf = (place: Place): Page => pageAt(place >>> PAGE_BITS);

  const open = (units: number): number => {
    const number = free.pop() ?? pages.length;
    pages[number] = createPage(units);
    return number;
  };

  const take = (number: number, units: number): Place => {
    const page = pageAt(number);
    const unit = page.used;
    page.used += units;
    page.live += units;
    return number * PAGE_UNITS + unit;
  };

  const reserve = (units: number): Place => {
    if (units > LARGE) return take(open(units), units);
    const former = newest;
    if (newest === -1 || pageAt(newest).used + units > PAGE_UNITS)
      newest = open(PAGE_UNITS - FIRST);
    const place = take(newest, units);
    if (former !== newest && former !== -1) tidy(former);
    return place;
  };

  /** Empties a full page that has become too empty. */
  const tidy = (number: number): void => {
    const page = pages[number];
    if (page === undefined || number === newest || page.live >= LEAST) return;
    for (let unit = FIRST; unit < page.used; ) {
      const { units, isLive } = unitsAt(page, unit);
      if (isLive) move(page, number, unit, units);
      unit += units;
    }
    pages[number] = undefined;
    free.push(number);
  };

  const move = (page: Page, number: number, unit: number, units: number): void => {
    const to = reserve(units);
    const start = unit * UNIT_BYTES;
    page.bytes.copy(pageOf(to).bytes, unitOf(to) * UNIT_BYTES, start, start + units * UNIT_BYTES);
    moved(number * PAGE_UNITS + unit, to);
  };

  return {
    reserve,
    release: (place, units) => {
      pageOf(place).live -= units;
      tidy(place >>> PAGE_BITS);
    },
    pageOf,
    count: () => pages.length - free.length,
  };
}

/** The first unit of a page is left out, so that no record lies at 0. */
const FIRST = 1;

function createPage(units: number): Page {
  const bytes = Buffer.from(new ArrayBuffer((FIRST + units) * UNIT_BYTES));
  return {
    bytes,
    words: new Int32Array(bytes.buffer),
    doubles: new Float64Array(bytes.buffer),
    used: FIRST,
    live: 0,
  };
}
