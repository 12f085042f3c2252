import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { type Instance, startInstance } from '../../support/instance.ts';
import { configOf, type KeycloakSection } from '../../support/keycloak/directory.ts';
import { CROWD } from '../../support/ldap/population.ts';
import { until } from '../../support/until.ts';

/** A daemon before a real Keycloak that is asked all the time. */
export interface Watched {
  readonly instance: Instance;
  /** Waits until it says whom it knows and who is nobody. */
  healthy(): Promise<void>;
  /** Waits until it defers both somebody and nobody whom it was not asked for before. */
  doubting(): Promise<void>;
  /** Waits for a line of its log that gives such a reason. */
  told(reason: RegExp): Promise<void>;
  /** What it should never have said; resolves when all questions have ended. */
  end(): Promise<readonly string[]>;
}

/**
 * What is remembered counts as fresh for a moment only, so that each question reaches Keycloak or finds it gone. A machine
 * that starts a server beside may leave this process without CPU for longer than the default deadline.
 */
export const WATCHED = {
  deadline: '2s',
  cache: { fresh: '1ms', freshNone: '1ms', unknown: '0ms' },
};

/** A busy machine of the tests, and a server that comes back, take longer than a deadline. */
const TURN_MS = 60_000;
/** Below the limit of questions a second. */
const REST_MS = 50;

/** Starts the daemon, waits until it is well, and begins to ask: for Ann, for others, each only once, and for strangers. */
export async function watch(section: KeycloakSection): Promise<Watched> {
  const instance = await startInstance({ config: configOf(section, WATCHED) });
  const wrong: string[] = [];
  const state = { asked: 0, isOver: false };
  onTestFinished(() => {
    state.isOver = true;
  });

  const ask = async (key: string, right: RegExp): Promise<string> => {
    const reply = await instance.ask('user-exists', key);
    if (!right.test(reply)) wrong.push(`${key}: ${reply}`);
    return reply;
  };
  const askNext = async (): Promise<readonly [somebody: string, nobody: string]> => {
    state.asked += 1;
    const id = `u${String(((state.asked - 1) % CROWD) + 1).padStart(4, '0')}`;
    return Promise.all([
      ask(`${id}@example.test`, /^(?:OK|TEMP) /),
      ask(`stranger${state.asked}@example.test`, /^(?:NOTFOUND$|TEMP )/),
    ]);
  };
  const becomes = async (what: RegExp): Promise<void> => {
    const isSo = async () => what.test((await askNext()).join('; '));
    expect(await until(isSo, TURN_MS)).toBe(true);
  };
  const healthy = () => becomes(/^OK .*; NOTFOUND$/);
  const known = () => instance.ask('user-exists', 'ann@example.test');
  expect(await until(async () => (await known()).startsWith('OK '), TURN_MS)).toBe(true);
  await healthy();
  const asking = keepAsking();

  async function keepAsking(): Promise<void> {
    while (!state.isOver) {
      await Promise.all([ask('ann@example.test', /^OK ann@example\.test$/), askNext()]);
      await wait(REST_MS);
    }
  }

  return {
    instance,
    healthy,
    doubting: () => becomes(/^TEMP .*; TEMP /),
    told: async (reason) => {
      const isTold = () => instance.notes.all.some(({ fields }) => reason.test(reasonIn(fields)));
      const isKnown = await until(isTold, TURN_MS);
      const reasons = new Set(instance.notes.all.map(({ fields }) => reasonIn(fields)));
      expect([...reasons].join('\n')).toMatch(reason);
      expect(isKnown).toBe(true);
    },
    end: async () => {
      state.isOver = true;
      await asking;
      return wrong;
    },
  };
}

const reasonIn = (fields: object): string => ('reason' in fields ? String(fields.reason) : '');
