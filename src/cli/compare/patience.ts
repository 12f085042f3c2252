import { setTimeout as wait } from 'node:timers/promises';
import type { Answer } from '../../maps/answer.ts';

/** Asks one map for a key. */
export type Ask = (key: string) => Promise<Answer>;

/** How long it leaves a server alone that has too much to do, each time longer; over six seconds in all. */
const PAUSES_MS = [100, 200, 400, 800, 1600, 3200];

/** Mail has its turn beside: so many questions are under way at a time. */
const AT_A_TIME = 4;

/** What is said for want of room or time, and is no answer of a directory. */
const BUSY = /^idpmap (?:overload|deadline|starting)\b/;

const isBusy = (answer: Answer): boolean => answer.status === 'TEMP' && BUSY.test(answer.reason);

/** Asks again, after a pause for all questions, where a server has too much to do. */
export function withPatience(ask: Ask, pauses: readonly number[] = PAUSES_MS): Ask {
  let pause: Promise<unknown> = Promise.resolve();
  return async (key) => {
    for (const ms of pauses) {
      await pause;
      const answer = await ask(key);
      if (!isBusy(answer)) return answer;
      pause = wait(ms);
    }
    await pause;
    return ask(key);
  };
}

/** Asks for all keys, few at a time. */
export async function askAll(
  keys: readonly string[],
  ask: Ask,
): Promise<ReadonlyMap<string, Answer>> {
  const answers = new Map<string, Answer>();
  const left = keys.values();
  const work = async (): Promise<void> => {
    for (const key of left) answers.set(key, await ask(key));
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return answers;
}
