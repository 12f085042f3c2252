import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { Change, Listed } from '../../../src/directory/directory.ts';
import type { Order } from '../../../src/mirror/store/orders.ts';
import { createGathering, type Posted, piecesOf } from '../../../src/mirror/store/posted.ts';
import { openThread } from '../../../src/mirror/store/thread.ts';
import { countTurns, keepBusy } from '../../support/busy.ts';
import { makePlace } from '../../support/instance.ts';
import { listed, mark, put } from '../world.ts';

const apply = (changes: readonly Change[]): Order => ({
  do: 'apply',
  changes,
  now: 1,
  stamp: { at: 1 },
});

/** What is told, name by name, as an order may be cut anywhere between them. */
const flat = (changes: readonly Change[]): readonly unknown[] =>
  changes.flatMap((change): readonly unknown[] => {
    if (change.kind === 'put') return change.entries;
    if (change.kind !== 'gone' && change.kind !== 'still') return [change];
    return change.refs.map((ref) => [change.kind, ref]);
  });

const names = fc.array(fc.string({ maxLength: 3 }), { maxLength: 700 });
const anyChange: fc.Arbitrary<Change> = fc.oneof(
  names.map((ids) => put(...ids.map((id) => listed(id)))),
  names.map((refs) => ({ kind: 'gone', refs }) as const),
  names.map((refs) => ({ kind: 'still', refs }) as const),
  fc.constant({ kind: 'listing', part: 'p' } as const),
  fc.constant(mark({ nextMs: Number.POSITIVE_INFINITY })),
);

test('an order is what it was once its pieces are put together, none of which is large', () => {
  fc.assert(
    fc.property(fc.array(anyChange, { maxLength: 5 }), (changes) => {
      const gathering = createGathering();
      const pieces = [...piecesOf(1, apply(changes))].map(
        (piece): Posted => structuredClone(piece),
      );
      const orders = pieces.map((piece) => gathering.take(piece));
      expect(orders.slice(0, -1).filter((order) => order !== undefined)).toEqual([]);
      const order = orders.at(-1);
      if (order?.do !== 'apply') throw new Error('nothing is to be applied');
      expect(flat(order.changes)).toEqual(flat(changes));
      expect(order).toMatchObject({ now: 1, stamp: { at: 1 } });
      for (const { changes: some = [] } of pieces)
        expect(flat(some.map(read)).length).toBeLessThan(400);
    }),
    { numRuns: 50 },
  );
});

/** A change as it is in a piece. */
function read(change: NonNullable<Posted['changes']>[number]): Change {
  return change.kind === 'put' ? { kind: 'put', entries: JSON.parse(change.text) } : change;
}

test('a piece of an order that was given up is no part of the next one', () => {
  const gathering = createGathering();
  const many = put(...Array.from({ length: 500 }, (_, i) => listed(`${i}@x.org`)));
  const [first] = piecesOf(1, apply([many]));
  if (first === undefined) throw new Error('nothing was posted');
  expect(gathering.take(first)).toBeUndefined();
  const [only] = piecesOf(2, apply([put(listed('ann@x.org'))]));
  expect(only && gathering.take(only)).toMatchObject({
    changes: [{ kind: 'put', entries: [['p:ann@x.org', { address: 'ann@x.org' }]] }],
  });
});

async function open() {
  const path = `${await makePlace()}/staff.db`;
  const thread = openThread({ path, fingerprint: 'f', guard: 0.1 });
  onTestFinished(() => thread.close());
  return thread;
}

test('others have their turn while a batch is handed over, however large it is', async () => {
  const { turns, stop } = countTurns();
  onTestFinished(stop);
  const at = new Set<number>();
  /** Takes a moment to be written down. */
  const slow = (id: string): Listed => ({
    ...listed(id),
    get aliases() {
      at.add(turns());
      keepBusy(1);
      return [];
    },
  });
  const people = Array.from({ length: 2000 }, (_, i) =>
    i % 200 === 0 ? slow(`${i}@x.org`) : listed(`${i}@x.org`),
  );
  const thread = await open();
  const { standing } = await thread.give(apply([put(...people)]));
  expect(standing.accounts).toBe(2000);
  expect(at.size).toBe(10);
});

test('what can not be written down is refused, and what is told next is not', async () => {
  const thread = await open();
  const many = Array.from({ length: 500 }, (_, i) => listed(`${i}@x.org`));
  // A module of somebody else's is not held to its types.
  const bad: Listed = Object.assign(listed('bad@x.org'), { logins: [1n] });
  const [refused, next] = await Promise.allSettled([
    thread.give(apply([put(...many, bad)])),
    thread.give(apply([put(listed('ann@x.org'))])),
  ]);
  expect(refused).toMatchObject({ reason: { message: expect.stringMatching(/BigInt/) } });
  expect(next).toMatchObject({ value: { standing: { accounts: 1 } } });
});
