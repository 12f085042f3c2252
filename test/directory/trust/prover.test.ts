import { describe, expect, test, vi } from 'vitest';
import { createProver } from '../../../src/directory/trust/prover.ts';
import { useFakeTime } from '../../support/world.ts';

useFakeTime();

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** A prover whose probes end when the test says so, in order. */
function open() {
  const probes: PromiseWithResolvers<void>[] = [];
  const prover = createProver(() => {
    const probe = Promise.withResolvers<void>();
    probes.push(probe);
    return probe.promise;
  }, new AbortController().signal);
  const proved: string[] = [];
  /** Waits for a proof of what was asked when `since` probes had begun. */
  const prove = (name: string, since: number): void =>
    void prover.prove(since).then(
      () => proved.push(name),
      (error: unknown) => proved.push(`${name}: ${String(error)}`),
    );
  const end = async (index: number): Promise<void> => {
    probes[index]?.resolve();
    await pass(0);
  };
  const fail = async (index: number): Promise<void> => {
    probes[index]?.reject(new Error('blind'));
    await pass(0);
  };
  return { prover, probes, proved, prove, end, fail };
}

test('a none waits for a probe that begins after its question', async () => {
  const { prover, probes, proved, prove, end } = open();
  prove('ann', prover.begun());
  await pass(0);
  expect(proved).toEqual([]);
  await end(0);
  expect(proved).toEqual(['ann']);
  expect(probes).toHaveLength(1);
});

test('one probe serves all who wait', async () => {
  const { prover, probes, proved, prove, end } = open();
  const since = prover.begun();
  for (let i = 0; i < 100; i++) prove(`n${i}`, since);
  await end(0);
  expect(probes).toHaveLength(1);
  expect(proved).toHaveLength(100);
});

test('a probe in flight that began after the question serves it', async () => {
  const { prover, probes, proved, prove, end } = open();
  const early = prover.begun();
  prove('ann', early);
  prove('bob', early);
  await end(0);
  expect(proved).toEqual(['ann', 'bob']);
  expect(probes).toHaveLength(1);
});

describe('a probe in flight that began before the question', () => {
  test('does not serve it, the one after does', async () => {
    const { prover, proved, prove, end } = open();
    prove('ann', prover.begun());
    prove('bob', prover.begun());
    await end(0);
    expect(proved).toEqual(['ann']);
    await end(1);
    expect(proved).toEqual(['ann', 'bob']);
  });

  test('is followed by one for all', async () => {
    const { prover, probes, proved, prove, end } = open();
    prove('ann', prover.begun());
    for (let i = 0; i < 100; i++) prove(`n${i}`, prover.begun());
    await end(0);
    await end(1);
    expect(probes).toHaveLength(2);
    expect(proved).toHaveLength(101);
  });

  test('nor does the one after serve who asks while that is in flight', async () => {
    const { prover, proved, prove, end } = open();
    prove('ann', prover.begun());
    prove('bob', prover.begun());
    await end(0);
    prove('carl', prover.begun());
    await end(1);
    expect(proved).toEqual(['ann', 'bob']);
    await end(2);
    expect(proved).toEqual(['ann', 'bob', 'carl']);
  });

  test('fails for its own question only', async () => {
    const { prover, proved, prove, end, fail } = open();
    prove('ann', prover.begun());
    prove('bob', prover.begun());
    await fail(0);
    await end(1);
    expect(proved).toEqual(['ann: Error: blind', 'bob']);
  });
});

test('what was proved before proves nothing later', async () => {
  const { prover, probes, proved, prove, end } = open();
  prove('ann', prover.begun());
  await end(0);
  prove('bob', prover.begun());
  await pass(0);
  expect(probes).toHaveLength(2);
  expect(proved).toEqual(['ann']);
});
