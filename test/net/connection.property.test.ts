import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Router } from '../../src/maps/answer.ts';
import { ok } from '../../src/socketmap/protocol.ts';
import { createLate, echo, setUpSession } from '../support/socketmap/session.ts';
import { frames } from '../support/socketmap/socketmap.ts';

/** A longer one ends the connection; one that is longer than is read, but not than this, is passed over: no text here is so long. */
const MAX_BYTES = 1_048_576;

/** The requests in `text` up to the first byte that is wrong, read as plainly as can be. */
function readRequests(text: string): { requests: string[]; isBroken: boolean } {
  const requests: string[] = [];
  let rest = text;
  for (;;) {
    const [head, digits = ''] = /^(0|[1-9]\d*):/.exec(rest) ?? [];
    if (head === undefined || Number(digits) > MAX_BYTES)
      return {
        requests,
        isBroken: !/^(?:0|[1-9]\d{0,6})?$/.test(rest) || Number(rest) > MAX_BYTES,
      };
    const end = head.length + Number(digits);
    if (end >= rest.length) return { requests, isBroken: false };
    if (rest[end] !== ',') return { requests, isBroken: true };
    requests.push(rest.slice(head.length, end));
    rest = rest.slice(end + 1);
  }
}

const replyTo = (request: string): string =>
  request.includes(' ') ? `OK ${request.slice(request.indexOf(' ') + 1)}` : 'PERM invalid request';

const key = fc.stringMatching(/^[a-z]{1,6}$/);
const request = fc.tuple(fc.constantFrom('soon', 'late'), key).map(([map, k]) => `${map} ${k}`);
const noise = fc.stringMatching(/^[0-9:,a x]{0,8}$/);
const piece = fc.oneof(
  { weight: 6, arbitrary: request.map((text) => frames(text)) },
  { weight: 1, arbitrary: noise },
);

test('whatever comes, each request has its reply, once and in order, or the connection closes', async () => {
  const input = fc.array(piece, { minLength: 1, maxLength: 30 }).map((pieces) => pieces.join(''));
  const cuts = fc.array(fc.nat(300), { maxLength: 20 });
  const order = fc.infiniteStream(fc.nat());
  await fc.assert(
    fc.asyncProperty(input, cuts, order, async (text, ends, ranks) => {
      const late = createLate();
      const lateKeys: string[] = [];
      const route: Router = (map, k, context) => {
        if (map !== 'late' || k === '') return k === '' ? ok('empty') : echo(map, k, context);
        const unique = `${lateKeys.length}`;
        lateKeys.push(unique);
        const answer = late.route(map, unique, context);
        return answer instanceof Promise ? answer.then(() => ok(k)) : answer;
      };
      const { send, peer } = setUpSession({ route, isLocal: false });
      const stops = [...ends, text.length].toSorted((one, other) => one - other);
      stops.forEach((stop, i) => {
        if (stop > (stops[i - 1] ?? 0)) send(text.slice(stops[i - 1] ?? 0, stop));
      });
      await turn();
      const ranked = lateKeys.map((k) => ({ k, rank: ranks.next().value ?? 0 }));
      for (const { k, rank } of ranked.toSorted((one, other) => one.rank - other.rank)) {
        late.settle(k, ok('settled'));
        if (rank % 2 === 0) await turn();
      }
      await turn();
      const { requests, isBroken } = readRequests(text);
      const replies = requests.map((one) => replyTo(one).replace(/^OK $/, 'OK empty'));
      expect(peer.received()).toBe(frames(...replies));
      expect(peer.stream.destroyed).toBe(isBroken);
    }),
    { numRuns: 500 },
  );
});

test('no bytes make it throw', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 10 }),
      fc.boolean(),
      async (chunks, isLocal) => {
        const { session, peer } = setUpSession({ isLocal });
        for (const chunk of chunks) session.receive(Buffer.from(chunk));
        session.receiveEnd();
        await turn();
        expect(peer.stream.destroyed).toBe(true);
      },
    ),
  );
});
