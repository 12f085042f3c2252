import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unknown } from '../../src/lookup/outcome.ts';
import { type Answer, NOTFOUND, tempOf } from '../../src/maps/answer.ts';
import { createTraces, MOST_TRACES, TRACE_MS, tracing } from '../../src/maps/traces.ts';
import { contextNow } from '../support/world.ts';

const DOUBT = unknown('breaker-open', 'staff', 'only probed');

function openTraces(first?: number) {
  const clock = { ms: 5000, now: () => clock.ms };
  return { clock, traces: createTraces(clock, first) };
}

const keep = (traces: ReturnType<typeof createTraces>, key = 'ann@x.org'): string =>
  traces.keep('user-exists', key, DOUBT);

describe('a trace', () => {
  test('tells who was asked for, when, and why it is not known', () => {
    const { traces, clock } = openTraces();
    const id = keep(traces);
    clock.ms += 60_000;
    expect(traces.find(id)).toEqual({
      id,
      when: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      ageMs: 60_000,
      map: 'user-exists',
      key: 'ann@x.org',
      cause: 'breaker-open',
      directory: 'staff',
      reason: 'only probed',
    });
  });

  test('is kept for an hour', () => {
    const { traces, clock } = openTraces();
    const id = keep(traces);
    clock.ms += TRACE_MS;
    expect(traces.find(id)).toBeDefined();
    clock.ms += 1;
    expect(traces.find(id)).toBeUndefined();
  });

  test('gives way to ten thousand later ones', () => {
    const { traces } = openTraces();
    const id = keep(traces, 'first@x.org');
    for (let i = 1; i < MOST_TRACES; i++) keep(traces);
    expect(traces.find(id)?.key).toBe('first@x.org');
    keep(traces);
    expect(traces.find(id)).toBeUndefined();
  });

  test.each(['', '7f3a9', '7f3a911', '7F3A91', 'xxxxxx', '-00001', '000000', '000002'])(
    'is not found by "%s"',
    (id) => {
      const { traces } = openTraces(0x000001);
      keep(traces);
      expect(traces.find(id)).toBeUndefined();
    },
  );

  test('is found by its id, wherever ids began, and each has its own', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 24 - 1), fc.integer({ min: 1, max: 50 }), (first, count) => {
        const { traces } = openTraces(first);
        const keys = Array.from({ length: count }, (_, i) => `a${i}@x.org`);
        const ids = keys.map((key) => keep(traces, key));
        expect(ids.map((id) => traces.find(id)?.key)).toEqual(keys);
      }),
    );
  });

  test('is found after ids have gone round', () => {
    const { traces } = openTraces(0xfffffe);
    expect([keep(traces), keep(traces), keep(traces, 'b@x.org')]).toEqual([
      'fffffe',
      'ffffff',
      '000000',
    ]);
    expect(traces.find('000000')?.key).toBe('b@x.org');
  });
});

describe('an answer', () => {
  const route = (answer: Answer | Promise<Answer>) => {
    const { traces } = openTraces(0x7f3a91);
    const told = tracing(() => answer, traces)('user-exists', 'ann@x.org', contextNow());
    return { told, trace: traces.find('7f3a91') };
  };

  test('TEMP ends with the id of its trace', () => {
    const { told, trace } = route(tempOf(DOUBT));
    expect(told).toEqual({ status: 'TEMP', reason: 'idpmap breaker-open staff 7f3a91' });
    expect(trace).toMatchObject({ map: 'user-exists', key: 'ann@x.org' });
  });

  test('TEMP that comes late does too', async () => {
    const { told } = route(Promise.resolve(tempOf(DOUBT)));
    expect(await told).toEqual({ status: 'TEMP', reason: 'idpmap breaker-open staff 7f3a91' });
  });

  test.each<Answer>([
    { status: 'OK', data: 'x' },
    NOTFOUND,
    { status: 'PERM', reason: 'map x is not configured' },
    { status: 'TEMP', reason: 'idpmap disabled, the account is disabled' },
  ])('%j is handed on as it is, and leaves no trace', (answer) => {
    const { told, trace } = route(answer);
    expect(told).toBe(answer);
    expect(trace).toBeUndefined();
  });
});
