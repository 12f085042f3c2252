import { expect, onTestFinished, test, vi } from 'vitest';
import { Fault } from '../../../../src/directory/directory.ts';
import { Transient } from '../../../../src/directory/keycloak/http/faults.ts';
import {
  createTokens,
  type Token,
  type Tokens,
} from '../../../../src/directory/keycloak/login/token.ts';
import { createNotes, type Notes } from '../../../support/notes.ts';
import { testClock, useFakeTime } from '../../../support/world.ts';

useFakeTime();

const { signal } = new AbortController();
const LIFE_MS = 300_000;

interface Kept {
  readonly tokens: Tokens;
  readonly notes: Notes;
  /** How often one was fetched. */
  readonly fetches: () => number;
  /** What a fetch does from now on. */
  fetch: (ends: AbortSignal) => Promise<Token>;
}

function keep(): Kept {
  const notes = createNotes();
  let fetches = 0;
  const kept: Kept = {
    notes,
    fetches: () => fetches,
    fetch: async () => ({ text: `token-${fetches}`, lifeMs: LIFE_MS }),
    tokens: createTokens({
      name: 'people',
      fetch: (ends) => {
        fetches += 1;
        return kept.fetch(ends);
      },
      clock: testClock,
      log: notes.log,
    }),
  };
  onTestFinished(() => kept.tokens.stop());
  return kept;
}

const refuse = async (): Promise<never> => {
  throw new Fault('directory', 'no');
};

test('one fetch serves all who wait', async () => {
  const { tokens, fetches } = keep();
  const taken = await Promise.all([tokens.take(signal), tokens.take(signal), tokens.take(signal)]);
  expect(taken.map(({ text }) => text)).toEqual(['token-1', 'token-1', 'token-1']);
  expect(fetches()).toBe(1);
});

test('it is renewed in the background at 60 to 80 % of its life', async () => {
  const { tokens, fetches } = keep();
  await tokens.take(signal);
  await vi.advanceTimersByTimeAsync(0.7 * LIFE_MS - 1);
  expect(fetches()).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(fetches()).toBe(2);
  expect(await tokens.take(signal)).toMatchObject({ text: 'token-2' });
});

test('while it is renewed the old one counts', async () => {
  const kept = keep();
  await kept.tokens.take(signal);
  kept.fetch = () => new Promise(() => {});
  await vi.advanceTimersByTimeAsync(0.7 * LIFE_MS);
  expect(await kept.tokens.take(signal)).toMatchObject({ text: 'token-1' });
});

test('where renewing fails the old one counts to its end, and no longer', async () => {
  const kept = keep();
  await kept.tokens.take(signal);
  kept.fetch = refuse;
  await vi.advanceTimersByTimeAsync(LIFE_MS - 1);
  expect(await kept.tokens.take(signal)).toMatchObject({ text: 'token-1' });
  await vi.advanceTimersByTimeAsync(1);
  await expect(kept.tokens.take(signal)).rejects.toThrow('no');
});

test('a fetch that failed is repeated after 1, 2, 4, 8 and 10 seconds, however many ask', async () => {
  const kept = keep();
  kept.fetch = refuse;
  const times: number[] = [];
  await expect(kept.tokens.take(signal)).rejects.toThrow('no');
  for (let second = 0; second < 36; second++) {
    const before = kept.fetches();
    await vi.advanceTimersByTimeAsync(1000);
    await kept.tokens.take(signal).catch(() => {});
    if (kept.fetches() > before) times.push(second + 1);
  }
  expect(times).toEqual([1, 3, 7, 15, 25, 35]);
});

test.each([new Transient('directory', 'down'), new Fault('starting', 'starts')])(
  'a fetch that failed for a moment ($message) is repeated every second',
  async (error) => {
    const kept = keep();
    kept.fetch = async () => {
      throw error;
    };
    await expect(kept.tokens.take(signal)).rejects.toThrow(error.message);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(kept.fetches()).toBe(21);
  },
);

test('a failure is logged once, and so is its end', async () => {
  const kept = keep();
  const { fetch } = kept;
  kept.fetch = refuse;
  await kept.tokens.take(signal).catch(() => {});
  await vi.advanceTimersByTimeAsync(10_000);
  kept.fetch = fetch;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(kept.notes.all.map(({ level, message }) => [level, message])).toEqual([
    ['error', 'keycloak gives no token'],
    ['info', 'keycloak gives tokens again'],
  ]);
});

test('a token that was refused is dropped', async () => {
  const { tokens } = keep();
  tokens.drop(await tokens.take(signal));
  expect(await tokens.take(signal)).toMatchObject({ text: 'token-2' });
});

test('tokens that are refused one after the other are dropped once in a second', async () => {
  const { tokens, fetches } = keep();
  for (let i = 0; i < 100; i++) {
    tokens.drop(await tokens.take(signal));
    await vi.advanceTimersByTimeAsync(20);
  }
  expect(fetches()).toBe(3);
});

test('the next token is not dropped for the sake of the last one', async () => {
  const { tokens } = keep();
  const first = await tokens.take(signal);
  tokens.drop(first);
  await tokens.take(signal);
  tokens.drop(first);
  expect(await tokens.take(signal)).toMatchObject({ text: 'token-2' });
});

test('it can be renewed before its time', async () => {
  const { tokens } = keep();
  await tokens.take(signal);
  expect(await tokens.renew(signal)).toMatchObject({ text: 'token-2' });
});

test('who leaves does not end the fetch for others', async () => {
  const kept = keep();
  const coming = Promise.withResolvers<Token>();
  kept.fetch = () => coming.promise;
  const leaving = new AbortController();
  const left = kept.tokens.take(leaving.signal);
  const stays = kept.tokens.take(signal);
  leaving.abort();
  await expect(left).rejects.toMatchObject({ kind: 'timeout' });
  coming.resolve({ text: 'late', lifeMs: LIFE_MS });
  expect(await stays).toMatchObject({ text: 'late' });
});

test('a fetch that hangs is ended', async () => {
  const kept = keep();
  kept.fetch = (ends) =>
    new Promise((_, reject) => {
      ends.addEventListener('abort', () => reject(new Fault('timeout', 'too slow')));
    });
  const taken = kept.tokens.take(signal).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(5000);
  expect(await taken).toMatchObject({ message: 'too slow' });
});

test('a stopped keeper fetches no more', async () => {
  const { tokens, fetches } = keep();
  await tokens.take(signal);
  tokens.stop();
  await vi.advanceTimersByTimeAsync(2 * LIFE_MS);
  expect(fetches()).toBe(1);
});

test('a retry after a failure does not wait for its turn', async () => {
  const kept = keep();
  kept.fetch = refuse;
  await expect(kept.tokens.take(signal)).rejects.toThrow('no');
  kept.fetch = async () => ({ text: 'mended', lifeMs: LIFE_MS });
  kept.tokens.retry();
  expect(await kept.tokens.take(signal)).toMatchObject({ text: 'mended' });
});

test('a retry without a failure fetches nothing', async () => {
  const { tokens, fetches } = keep();
  await tokens.take(signal);
  tokens.retry();
  expect(await tokens.take(signal)).toMatchObject({ text: 'token-1' });
  expect(fetches()).toBe(1);
});
