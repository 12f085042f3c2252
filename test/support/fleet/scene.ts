import { afterAll, beforeAll, beforeEach, expect, onTestFinished } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../proxy.ts';
import { account, createScripted, employ, type ScriptedDirectory } from '../scripted.ts';
import { until } from '../until.ts';
import { type FleetDaemon, type FleetDaemonOptions, PATIENT, startFleetDaemon } from './daemons.ts';
import { startEngine, type TestEngine } from './engine.ts';

/** Who is there at the beginning of each test, and who is not. */
export const ANN = 'ann@example.org';
export const NOBODY = 'nobody@example.org';

/** What is waited for comes sooner, or not at all. */
export const PATIENCE_MS = 20_000;

/** An engine for all tests of a suite, emptied before each, and a directory of each. */
export interface Scene {
  readonly engine: TestEngine;
  readonly directory: ScriptedDirectory;
  /** Starts a daemon that ends with its test. */
  readonly start: (options?: Partial<FleetDaemonOptions>) => Promise<FleetDaemon>;
  /** Asks for people and strangers that nobody was asked for before: whatever the engine does, all are answered, and right. */
  readonly askCrowd: (daemons: readonly FleetDaemon[], count?: number) => Promise<void>;
  readonly proxied: () => Promise<FaultProxy>;
}

/** How it departs from one with this machine's Redis, and daemons that wait for it. */
export interface SceneOptions {
  /** What the engine runs. */
  readonly program?: string;
  /** The `fleet.timeout` of daemons whose test does not say another. */
  readonly timeout?: number;
}

/** Opens it. */
export function useScene({ program, timeout = PATIENT }: SceneOptions = {}): Scene {
  let engine: TestEngine | undefined;
  let directory = createScripted();
  let crowds = 0;
  const engineNow = (): TestEngine => {
    if (engine === undefined) throw new Error('the engine is not started yet');
    return engine;
  };
  beforeAll(async () => {
    engine = await startEngine([], program);
  });
  afterAll(() => engine?.stop());
  beforeEach(async () => {
    await engineNow().client.flushall();
    directory = createScripted();
    employ(directory, [account(ANN)]);
  });
  return {
    get engine() {
      return engineNow();
    },
    get directory() {
      return directory;
    },
    start: async (options = {}) => {
      const settings = { timeout, ...options.settings };
      const daemon = await startFleetDaemon({
        url: engineNow().url,
        directory,
        ...options,
        settings,
      });
      onTestFinished(() => daemon.stop());
      return daemon;
    },
    askCrowd: async (daemons, count = 8) => {
      crowds += 1;
      for (let i = 0; i < count; i++) {
        const [known, stranger] = [`k${crowds}-${i}@example.org`, `s${crowds}-${i}@example.org`];
        employ(directory, [account(known)]);
        for (const daemon of daemons) {
          const found = { status: 'found', value: [{ id: known }] };
          expect(await daemon.ask(known)).toMatchObject(found);
          expect(await daemon.ask(stranger)).toMatchObject({ status: 'none' });
        }
      }
    },
    proxied: async () => {
      const proxy = await startFaultProxy(engineNow().port);
      onTestFinished(() => proxy.stop());
      return proxy;
    },
  };
}

/** Where a daemon reaches the engine through a proxy. */
export const urlOf = ({ port }: FaultProxy): string => `valkey://127.0.0.1:${port}`;

/** Waits until a daemon's fleet is up, or down. */
export async function becomes({ fleet }: FleetDaemon, state: 'up' | 'down'): Promise<void> {
  const is = (): boolean => fleet.isUp() === (state === 'up');
  expect(await until(is, PATIENCE_MS), `the fleet is not ${state}`).toBe(true);
}
