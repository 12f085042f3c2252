import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sendCommand } from '../../src/control/client.ts';
import { type Question, startLoad } from '../support/socketmap/load.ts';
import {
  configOf,
  domainsOf,
  KNOWN,
  knows,
  lossOf,
  makeDaemonPlace,
  peopleOf,
  SWAP_MS,
  serveVolume,
} from '../support/swap.ts';
import { until } from '../support/until.ts';
import { makeVolume, type VolumeFiles } from '../support/volume.ts';

const ANN = ['user-exists', 'ann@example.org'] as const;
const BOB = ['user-exists', 'bob@example.org'] as const;
const DOMAIN = ['virtual-domains', 'example.net'] as const;

/** A daemon with its configuration and its people in one ConfigMap, under load once it knows them. */
async function startSwappable(questions: readonly Question[]) {
  const place = await makeDaemonPlace();
  const first: VolumeFiles = { 'idpmap.yaml': configOf(place), 'people.yaml': peopleOf('ann') };
  const volume = await makeVolume(join(place.path, 'config'), first);
  const daemon = await serveVolume(volume);
  await knows(place.endpoint, KNOWN);
  const load = startLoad(place.endpoint, questions);
  onTestFinished(() => load.end());
  return {
    daemon,
    load,
    place,
    swap: (files: VolumeFiles) => volume.swap({ ...first, ...files }),
    figures: () => sendCommand(place.control, 'figures', {}),
  };
}

describe('a ConfigMap that is swapped changes the answers and loses no request:', () => {
  test('people come and go', async () => {
    const { load, swap } = await startSwappable([KNOWN, ANN, BOB]);
    expect(await load.sees(BOB, 'NOTFOUND', SWAP_MS)).toBe(true);
    await swap({ 'people.yaml': peopleOf('bob') });
    expect(await load.sees(BOB, 'OK bob@example.org', SWAP_MS)).toBe(true);
    expect(await load.sees(ANN, 'NOTFOUND', SWAP_MS)).toBe(true);
    await swap({ 'people.yaml': peopleOf('ann') });
    expect(await load.sees(ANN, 'OK ann@example.org', SWAP_MS)).toBe(true);
    expect(await load.sees(BOB, 'NOTFOUND', SWAP_MS)).toBe(true);
    expect(await lossOf(load)).toEqual([]);
    expect(load.seen()).toContain('user-exists known@example.org: OK known@example.org');
    expect(load.seen()).not.toContain('user-exists known@example.org: NOTFOUND');
  });

  test('settings', async () => {
    const { load, swap, place } = await startSwappable([KNOWN, DOMAIN]);
    expect(await load.sees(DOMAIN, 'NOTFOUND', SWAP_MS)).toBe(true);
    await swap({ 'idpmap.yaml': configOf(place, { domains: domainsOf('example.net') }) });
    expect(await load.sees(DOMAIN, 'OK example.net', SWAP_MS)).toBe(true);
    expect(await lossOf(load)).toEqual([]);
  });

  test('settings and people at one moment', async () => {
    const { load, swap, place } = await startSwappable([KNOWN, BOB, DOMAIN]);
    await swap({
      'idpmap.yaml': configOf(place, {
        domains: domainsOf('example.net'),
        directories: { staff: { type: 'file', path: 'people.yaml', guard: '40%' } },
      }),
      'people.yaml': peopleOf('ann', 'bob'),
    });
    expect(await load.sees(DOMAIN, 'OK example.net', SWAP_MS)).toBe(true);
    expect(await load.sees(BOB, 'OK bob@example.org', SWAP_MS)).toBe(true);
    expect(await lossOf(load)).toEqual([]);
  });

  test('twice in quick succession, where the last one counts', async () => {
    const { load, swap, place } = await startSwappable([KNOWN, ANN, BOB, DOMAIN]);
    for (const [domain, name] of [
      ['example.com', 'cy'],
      ['example.net', 'bob'],
    ] as const)
      await swap({
        'idpmap.yaml': configOf(place, { domains: domainsOf(domain) }),
        'people.yaml': peopleOf(name),
      });
    expect(await load.sees(DOMAIN, 'OK example.net', SWAP_MS)).toBe(true);
    expect(await load.sees(BOB, 'OK bob@example.org', SWAP_MS)).toBe(true);
    expect(await load.sees(ANN, 'NOTFOUND', SWAP_MS)).toBe(true);
    expect(await lossOf(load)).toEqual([]);
  });

  test('not to one that is broken, which is told; and then to one that mends it', async () => {
    const { load, swap, place, daemon, figures } = await startSwappable([KNOWN, ANN, BOB, DOMAIN]);
    await swap({ 'idpmap.yaml': 'domains: [', 'people.yaml': 'accounts: 7' });
    const isTold = (text: string): Promise<boolean> =>
      until(() => daemon.output().includes(text), SWAP_MS);
    expect(await isTold("the configuration can't be read, the old one serves on")).toBe(true);
    expect(await isTold('known people are served, mail for others waits')).toBe(true);
    // He may stand in the people that can't be read.
    const isDoubt = (reply: string): boolean =>
      reply.startsWith('user-exists bob@example.org: TEMP idpmap doubt staff ');
    expect(await until(() => load.seen().some(isDoubt), SWAP_MS)).toBe(true);
    expect(await figures()).toMatchObject({ reloads: { isLastGood: false } });
    await swap({
      'idpmap.yaml': configOf(place, { domains: domainsOf('example.net') }),
      'people.yaml': peopleOf('ann', 'bob'),
    });
    expect(await load.sees(DOMAIN, 'OK example.net', SWAP_MS)).toBe(true);
    expect(await load.sees(BOB, 'OK bob@example.org', SWAP_MS)).toBe(true);
    expect(await figures()).toMatchObject({ reloads: { isLastGood: true } });
    expect((await lossOf(load)).filter((reply) => !isDoubt(reply))).toEqual([]);
    expect(load.seen().filter((reply) => reply.includes(' ann@'))).toEqual([
      'user-exists ann@example.org: OK ann@example.org',
    ]);
  });
});

test('a ConfigMap that is swapped again and again during the start counts as it was last', async () => {
  const place = await makeDaemonPlace();
  const filesOf = (round: number): VolumeFiles => ({
    'idpmap.yaml': configOf(place, { domains: domainsOf(`round-${round}.example`) }),
    'people.yaml': peopleOf(`round-${round}`),
  });
  const volume = await makeVolume(join(place.path, 'config'), filesOf(0));
  let isUp = false;
  let round = 0;
  const starting = serveVolume(volume).finally(() => {
    isUp = true;
  });
  await until(async () => {
    round += 1;
    await volume.swap(filesOf(round));
    return isUp;
  }, 20_000);
  await starting;
  const load = startLoad(place.endpoint, [['virtual-domains', `round-${round}.example`]]);
  onTestFinished(() => load.end());
  const last = ['virtual-domains', `round-${round}.example`] as const;
  expect(await load.sees(last, `OK round-${round}.example`, SWAP_MS)).toBe(true);
  await knows(place.endpoint, ['user-exists', `round-${round}@example.org`]);
  expect(await lossOf(load)).toEqual([]);
});
