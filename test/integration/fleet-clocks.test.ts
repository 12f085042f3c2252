import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { KEY } from '../support/fleet/daemons.ts';
import { startEngine, type TestEngine } from '../support/fleet/engine.ts';
import { type FleetProcess, startFleetProcess } from '../support/fleet/processes.ts';
import { type ScriptedKeycloak, startScripted, user } from '../support/keycloak/script.ts';
import { programFile } from '../support/program.ts';
import { describeWith } from '../support/requirement.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const HOUR_MS = 3_600_000;
const PATIENCE_MS = 30_000;
const ANN = 'ann@example.org';
const NOBODY = 'nobody@example.org';

describeWith(['redis', 'faketime'], 'a fleet whose clocks are wrong', () => {
  let place: TemporaryDirectory;
  let engine: TestEngine;
  let keycloak: ScriptedKeycloak;
  beforeAll(async () => {
    place = await makeTemporaryDirectory('fleet-clocks');
    engine = await startEngine();
    keycloak = await startScripted();
    keycloak.users.push(user('bob'));
  });
  afterAll(async () => {
    await keycloak?.stop();
    await engine?.stop();
    await place?.remove();
  });

  /** Starts a daemon whose calendar is so far off, as faketime(1) says it; its own clock runs as all do. */
  const start = async (offset?: string): Promise<FleetProcess> => {
    const settings = {
      deadline: '40s',
      fleet: { url: engine.url, key: KEY, timeout: '10s' },
      cache: { fresh: '1h', freshNone: '1h' },
      domains: { 'example.org': { directory: 'staff' } },
      directories: {
        staff: {
          type: 'keycloak',
          url: keycloak.url,
          realm: 'mail',
          clientId: 'idpmap',
          clientSecret: 'hush',
          timeout: '2s',
        },
      },
    };
    const program =
      offset === undefined
        ? {}
        : {
            program: ['env', ...fakedBy(offset), process.execPath, await programFile()] as const,
          };
    const daemon = await startFleetProcess({ place: place.path, settings, ...program });
    onTestFinished(() => daemon.stop());
    return daemon;
  };
  const questions = (address: string): number =>
    keycloak.to('/users').filter(({ query }) => query['email'] === address).length;

  test('believes in the engine alone: who is an hour ahead, or half an hour behind, knows how old an answer is, and denies nobody by it', async () => {
    const [well, ahead, behind] = [await start(), await start('+1h'), await start('-30m')];
    const begunAt = performance.now();
    expect(await well.ask(ANN)).toBe(`OK ${ANN}`);
    expect(await well.ask(NOBODY)).toBe('NOTFOUND');
    const [people, nobodies] = [questions(ANN), questions(NOBODY)];
    for (const [i, daemon] of [ahead, behind].entries()) {
      const explained = await daemon.command('explain', { address: ANN });
      const step = explained.maps
        .flatMap(({ steps }) => steps)
        .find((each) => each.step === 'memory' && each.state === 'fleet');
      const ageMs = step !== undefined && 'ageMs' in step ? step.ageMs : Number.NaN;
      expect(ageMs).toBeGreaterThanOrEqual(0);
      expect(ageMs).toBeLessThan(performance.now() - begunAt + 1000);
      expect(await daemon.ask(ANN)).toBe(`OK ${ANN}`);
      expect(questions(ANN)).toBe(people);
      // No *none* is taken by whoever can't tell the time: it asks for itself.
      expect(await daemon.ask(NOBODY)).toBe('NOTFOUND');
      expect(questions(NOBODY)).toBeGreaterThanOrEqual(nobodies + i + 1);
    }
    const status = async (daemon: FleetProcess) => (await daemon.command('fleet', {})).fleet;
    expect((await status(well))?.differenceMs).toBeLessThan(HOUR_MS / 4);
    expect((await status(ahead))?.differenceMs).toBeLessThan(-HOUR_MS * 0.9);
    expect((await status(behind))?.differenceMs).toBeGreaterThan(HOUR_MS * 0.4);

    // What they tell counts from when it was told, by the engine.
    for (const [teller, name] of [
      [ahead, 'cleo'],
      [behind, 'dora'],
    ] as const) {
      const address = `${name}@example.org`;
      keycloak.users.push(user(name));
      for (const daemon of [well, ahead, behind])
        expect(await daemon.ask(address)).toBe(`OK ${address}`);
      keycloak.users.pop();
      await teller.command('purge', { what: { address } });
      for (const daemon of [well, ahead, behind]) {
        const isGone = async () => (await daemon.ask(address)) === 'NOTFOUND';
        expect(await until(isGone, PATIENCE_MS)).toBe(true);
      }
    }
  });

  test('holds up for a moment, and tells nothing else, whoever asks for those whose turn a frozen daemon has', async () => {
    const [holder, other] = [await start(), await start()];
    const held = Array.from({ length: 6 }, (_, i) => `held${i}`);
    const addressOf = (name: string): string => `${name}@example.org`;
    keycloak.users.push(...held.slice(0, 3).map((name) => user(name)));
    // No answer, so that it has the turns; then it stands still.
    keycloak.script = ({ query }) =>
      query['email']?.startsWith('held') === true ? { end: 'hang' } : undefined;
    const late = held.map((name) => holder.ask(addressOf(name)).catch(String));
    const hasAll = () => held.every((name) => questions(addressOf(name)) > 0);
    expect(await until(hasAll, PATIENCE_MS)).toBe(true);
    holder.signal('SIGSTOP');
    onTestFinished(() => holder.signal('SIGCONT'));
    keycloak.script = () => undefined;
    const verdicts = await Promise.all(held.map((name) => other.ask(addressOf(name))));
    expect(verdicts).toEqual(held.map((name, i) => (i < 3 ? `OK ${addressOf(name)}` : 'NOTFOUND')));
    holder.signal('SIGCONT');
    await Promise.all(late);
    // Nor does what it does so late.
    for (const daemon of [holder, other])
      for (const [i, name] of held.entries()) {
        const says = async () =>
          (await daemon.ask(addressOf(name))) === (i < 3 ? `OK ${addressOf(name)}` : 'NOTFOUND');
        expect(await until(says, PATIENCE_MS)).toBe(true);
      }
  });
});

/** What fakes the time of a program that is started with it in its environment: faketime(1) itself would stand before it. */
const fakedBy = (offset: string): readonly string[] =>
  execFileSync('faketime', ['-m', '--exclude-monotonic', '-f', offset, 'env'], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin' },
  })
    .split('\n')
    .filter((line) => /^(LD_PRELOAD|FAKETIME|FAKETIME_DONT_FAKE_MONOTONIC)=/.test(line));
