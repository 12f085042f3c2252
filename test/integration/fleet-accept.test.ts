import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { HASTY, KEY } from '../support/fleet/daemons.ts';
import { startEngine, type TestEngine } from '../support/fleet/engine.ts';
import { startMember } from '../support/fleet/member.ts';
import { ANN, becomes, PATIENCE_MS, useScene } from '../support/fleet/scene.ts';
import type { Instance } from '../support/instance.ts';
import { describeWith } from '../support/requirement.ts';
import { account, createScripted, employ, type ScriptedDirectory } from '../support/scripted.ts';
import { until } from '../support/until.ts';

const ALL = Array.from({ length: 100 }, (_, i) => `d${i}.example`);

/** A directory that lists domains, and how often it was asked for them. */
function createLister(listed: readonly string[]): ScriptedDirectory & { lists: number } {
  const scripted = createScripted();
  scripted.listed = listed;
  const domains = scripted.domains?.bind(scripted);
  if (domains === undefined) throw new Error('it lists no domains');
  const lister = Object.assign(scripted, {
    lists: 0,
    domains: (signal: AbortSignal) => {
      lister.lists += 1;
      return domains(signal);
    },
  });
  return lister;
}

describeWith(['redis'], 'what a fleet holds and accepts together, over a real Redis', () => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine?.stop());
  beforeEach(() => engine.client.flushall());

  const start = (staff: ScriptedDirectory, realm = 'r'): Promise<Instance> =>
    startMember({
      config: `
deadline: 40s
fleet: { url: "${engine.url}", key: "${KEY}", timeout: 10s }
domains: { example.org: { directory: staff } }
directories:
  staff: { type: keycloak, url: http://127.0.0.1:1, realm: ${realm}, clientId: c, clientSecret: s, domainsRefresh: 1s }
`,
      directories: { staff },
    });
  const says = ({ ask }: Instance, domain: string, answer: string): Promise<boolean> =>
    until(async () => (await ask('virtual-domains', domain)) === answer, PATIENCE_MS);

  /** News keep their order: whoever has heard of this purge has heard all that was told before it. */
  const hearsOn = async (
    one: Instance,
    other: Instance,
    directory: ScriptedDirectory,
  ): Promise<void> => {
    employ(directory, [account(ANN)]);
    expect(await other.ask('user-exists', ANN)).toBe(`OK ${ANN}`);
    directory.people.delete(ANN);
    await one.command('purge', { what: { address: ANN } });
    const isGone = async () => (await other.ask('user-exists', ANN)) === 'NOTFOUND';
    expect(await until(isGone, PATIENCE_MS)).toBe(true);
  };

  test('the list of domains is asked for by one of them', async () => {
    const staff = createLister(ALL);
    const daemons = [await start(staff), await start(staff), await start(staff)];
    for (const daemon of daemons)
      expect(await says(daemon, 'd7.example', 'OK d7.example')).toBe(true);
    const begun = staff.lists;
    const begunAt = performance.now();
    expect(await until(() => staff.lists >= begun + 4, PATIENCE_MS)).toBe(true);
    // Each alone would ask once a second: three times as often.
    expect(performance.now() - begunAt).toBeGreaterThan(2500);
  });

  test('an accept counts at those who hold the same list, and at no other', async () => {
    const [staff, others] = [createLister(ALL), createLister(ALL)];
    // Of other settings, so that it takes no list from them; its directory has the same name.
    const third = await start(others, 'other');
    const [one, two] = [await start(staff), await start(staff)];
    for (const daemon of [one, two, third])
      expect(await says(daemon, 'd7.example', 'OK d7.example')).toBe(true);
    staff.listed = ALL.slice(0, 1);
    others.listed = ALL.slice(0, 2);
    for (const { notes } of [one, two, third])
      await notes.next('a domain list that lost too much is held');
    expect(await one.command('accept', { directory: 'staff' })).toMatchObject({
      taken: expect.stringContaining('domains instead of 100'),
    });
    expect(await says(one, 'd7.example', 'NOTFOUND')).toBe(true);
    expect(await says(two, 'd7.example', 'NOTFOUND')).toBe(true);
    await hearsOn(one, third, others);
    for (const domain of ['d0.example', 'd7.example'])
      expect(await third.ask('virtual-domains', domain)).toBe(`OK ${domain}`);
    expect(third.notes.messages('info')).not.toContain('accepted at another daemon');
    expect(two.notes.messages('info')).toContain('accepted at another daemon');
  });
});

describeWith(['redis'], 'what a fleet counts together where its engine is lost', () => {
  const scene = useScene();

  test('each asks its part of the rate', async () => {
    const options = { perSecond: 100, settings: { timeout: HASTY } };
    const daemons = await Promise.all([1, 2, 3, 4].map(() => scene.start(options)));
    const areFour = () =>
      daemons.every(({ fleet }) => fleet.others() === 3 && fleet.rateOf(100) === 100);
    expect(await until(areFour, PATIENCE_MS)).toBe(true);
    scene.engine.signal('SIGSTOP');
    for (const daemon of daemons) await becomes(daemon, 'down');
    expect(daemons.map(({ fleet }) => fleet.rateOf(100))).toEqual([25, 25, 25, 25]);
    scene.engine.signal('SIGCONT');
    for (const daemon of daemons) await becomes(daemon, 'up');
  });

  test('a directory that fails is probed by all of them once a second', async () => {
    const daemons = await Promise.all(
      Array.from({ length: 4 }, () => scene.start({ times: { unknownMs: 1 } })),
    );
    scene.directory.mode = 'fails';
    for (const daemon of daemons)
      for (let i = 0; i < 15; i++) await daemon.ask(`f${i}-${Math.random()}@example.org`);
    expect(daemons.every(({ lane }) => lane.breaker.isOpen())).toBe(true);
    const begun = scene.directory.probes;
    const begunAt = performance.now();
    expect(await until(() => scene.directory.probes >= begun + 4, PATIENCE_MS)).toBe(true);
    // Each alone would probe once a second: four times as often.
    expect(performance.now() - begunAt).toBeGreaterThan(2500);
    scene.directory.mode = 'well';
    for (const { lane } of daemons)
      expect(await until(() => !lane.breaker.isOpen(), PATIENCE_MS)).toBe(true);
  });
});
