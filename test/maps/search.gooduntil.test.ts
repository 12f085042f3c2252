import { describe, expect, test, vi } from 'vitest';
import type { Address } from '../../src/address/address.ts';
import { CANDIDATE_KINDS } from '../../src/maps/candidates.ts';
import { search } from '../../src/maps/search.ts';
import { account } from '../support/scripted.ts';
import { buildMaps, contextNow, openDirectory, TIMES, useFakeTime } from '../support/world.ts';

useFakeTime();

const ANN: Address = {
  text: 'ann+x@x.org',
  local: 'ann+x',
  domain: 'x.org',
};
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const HOT_MS = TIMES.freshMs * TIMES.prefetch;

/** Searches for ann+x@x.org in two directories, of which the second knows `addresses`. */
function openSearch(...addresses: readonly string[]) {
  const d0 = openDirectory('d0');
  const d1 = openDirectory(
    'd1',
    addresses.map((address) => account(address)),
  );
  const { world } = buildMaps(
    { 'x.org': { directories: ['d0', 'd1'] } },
    { d0: d0.source, d1: d1.source },
  );
  const domain = world.domains.get('x.org');
  if (domain === undefined) throw new Error('there is no domain x.org');
  const run = async () =>
    (await search(ANN, domain, new Set(CANDIDATE_KINDS), '+', contextNow())).outcome;
  return { run, d0, d1 };
}

describe('how long an outcome of a search is good', () => {
  test('nobody knows while a question was put: what it brings has its life from memory', async () => {
    const { run } = openSearch('ann+x@x.org');
    expect(await run()).not.toHaveProperty('goodUntil');
  });

  test('is as long as the first of the nones before a found', async () => {
    const { run } = openSearch('ann+x@x.org');
    await run();
    expect(await run()).toMatchObject({ status: 'found', goodUntil: TIMES.freshNoneMs });
  });

  test('is as long as the first of all nones', async () => {
    const { run, d1 } = openSearch();
    await d1.source.lookup('ann@x.org', contextNow());
    await pass(1000);
    await run();
    expect(await run()).toMatchObject({ status: 'none', goodUntil: TIMES.freshNoneMs });
  });

  test('is until a found is refreshed, where that is sooner', async () => {
    const { run, d0 } = openSearch('ann+x@x.org');
    await run();
    await pass(HOT_MS - 1000);
    await d0.source.lookup('ann+x@x.org', contextNow());
    expect(await run()).toMatchObject({ status: 'found', goodUntil: HOT_MS });
  });

  test('nobody knows of what stands in', async () => {
    const { run, d0, d1 } = openSearch('ann+x@x.org');
    await run();
    await pass(TIMES.freshMs);
    d0.directory.mode = 'fails';
    d1.directory.mode = 'fails';
    const outcome = await run();
    expect(outcome).toMatchObject({ status: 'found', stale: { cause: 'directory' } });
    expect(outcome).not.toHaveProperty('goodUntil');
  });
});
