import { vi } from 'vitest';
import type { Entry } from '../../src/directory/directory.ts';
import { type Log, silentLog } from '../../src/log.ts';
import type { Outcome } from '../../src/lookup/outcome.ts';
import { account } from '../support/scripted.ts';
import { contextNow, openDirectory, TIMES } from '../support/world.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
export const name = (i: number): string => `n${i}@x.org`;
export const times = { staleMs: 24 * HOUR_MS };

export type Options = Parameters<typeof openDirectory>[2];

/** A directory whose `people` are all known by now, and due to be asked for again. */
export async function openKnown(people: number, options: Options = {}) {
  const told: string[] = [];
  const log: Log = {
    ...silentLog,
    error: (fields, message) => told.push(`${message}: ${JSON.stringify(fields)}`),
    info: (_fields, message) => told.push(message),
  };
  const all = Array.from({ length: people }, (_, i) => account(name(i)));
  const opened = openDirectory('d0', all, { log, times, ...options });
  const ask = (i: number): Promise<Outcome<Entry>> =>
    Promise.resolve(opened.source.lookup(name(i), contextNow()));
  /** Asks for these, one after the other; gives what each got. */
  const askInTurn = async (from: number, until: number): Promise<readonly string[]> => {
    const got: string[] = [];
    for (let i = from; i < until; i++) {
      const outcome = await ask(i);
      const isStale = outcome.status === 'found' && outcome.stale !== undefined;
      got.push(isStale ? 'stale' : outcome.status);
    }
    return got;
  };
  await askInTurn(0, people);
  await pass(TIMES.freshMs);
  return { ...opened, told, all, ask, askInTurn };
}
