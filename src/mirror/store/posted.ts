import type { Change, Listed } from '../../directory/directory.ts';
import type { Order } from './orders.ts';

/** A piece of an order on its way to the thread that carries it out. */
export interface Posted {
  readonly id: number;
  /** Some of its changes; absent: it has none. */
  readonly changes?: readonly Packed[];
  /** Comes with the last piece, without its changes. Absent: more follows. */
  readonly order?: Order;
}

type Put = Extract<Change, { kind: 'put' }>;

/** A change as it is posted: entries as a text, which takes half of what it takes to copy thousands of objects. */
type Packed = Exclude<Change, Put> | { readonly kind: 'put'; readonly text: string };

/** So many entries or names are packed at once: a batch may be of any size, and lookups are answered between its pieces. */
const PIECE = 200;

/** Cuts an order into what is posted of it. */
export function* piecesOf(id: number, order: Order): Generator<Posted> {
  if (order.do !== 'apply') {
    yield { id, order };
    return;
  }
  let piece: Packed[] = [];
  let weight = 0;
  for (const change of order.changes)
    for (const some of cut(change)) {
      if (weight >= PIECE) {
        yield { id, changes: piece };
        piece = [];
        weight = 0;
      }
      piece.push(pack(some));
      weight += weightOf(some);
    }
  yield { id, changes: piece, order: { ...order, changes: [] } };
}

/** Puts together what was posted. */
export interface Gathering {
  /** Takes a piece; gives the order that it completes, absent: more follows. */
  take(piece: Posted): Order | undefined;
}

/** Creates it. Orders come one after the other: a piece of another one says that what was begun is given up. */
export function createGathering(): Gathering {
  let begun: { readonly id: number; readonly changes: Change[] } = { id: 0, changes: [] };
  return {
    take: ({ id, changes = [], order }) => {
      if (begun.id !== id) begun = { id, changes: [] };
      for (const change of changes) begun.changes.push(unpack(change));
      if (order === undefined) return undefined;
      const gathered = begun.changes;
      begun = { id: 0, changes: [] };
      return order.do === 'apply' ? { ...order, changes: gathered } : order;
    },
  };
}

const pack = (change: Change): Packed =>
  change.kind === 'put' ? { kind: 'put', text: JSON.stringify(change.entries) } : change;

function unpack(change: Packed): Change {
  if (change.kind !== 'put') return change;
  const entries: readonly (readonly [string, Listed])[] = JSON.parse(change.text);
  return { kind: 'put', entries };
}

const weightOf = (change: Change): number => namesIn(change).length;

const namesIn = (change: Change): readonly unknown[] => {
  if (change.kind === 'put') return change.entries;
  return change.kind === 'gone' || change.kind === 'still' ? change.refs : [];
};

function* cut(change: Change): Generator<Change> {
  const { length } = namesIn(change);
  if (length <= PIECE) {
    yield change;
    return;
  }
  for (let from = 0; from < length; from += PIECE) yield sliceOf(change, from, from + PIECE);
}

function sliceOf(change: Change, from: number, to: number): Change {
  if (change.kind === 'put') return { kind: 'put', entries: change.entries.slice(from, to) };
  if (change.kind === 'gone' || change.kind === 'still')
    return { kind: change.kind, refs: change.refs.slice(from, to) };
  return change;
}
