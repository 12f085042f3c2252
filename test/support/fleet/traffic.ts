import { setTimeout as sleep } from 'node:timers/promises';
import { createDice } from '../../soak/dice.ts';

/** Somebody who can be asked. */
export interface Asked {
  ask(address: string): Promise<string>;
}

/** Mail that goes on, whoever is there to take it. */
export interface Traffic {
  /** Who is asked from the next question on. */
  readonly inService: Set<Asked>;
  /** Answers so far, and how many of them were doubts. */
  readonly figures: { answers: number; doubts: number };
  /** Answers that were wrong, and doubts. */
  readonly faults: readonly string[];
  /** Ends it: the last questions are answered before. */
  end(): Promise<void>;
}

export interface TrafficOptions {
  /** Who is there all the time, and who is never. */
  readonly people: readonly string[];
  readonly strangers: readonly string[];
  /** Who ask at the same time, and how long each waits after an answer. */
  readonly askers: number;
  readonly pauseMs: number;
  /** Draws all that follows. */
  readonly seed: number;
}

/** Starts it: each asker asks anyone in service for anybody, one in ten for a stranger. */
export function startTraffic(options: TrafficOptions): Traffic {
  const { people, strangers } = options;
  const dice = createDice(options.seed);
  const over = new AbortController();
  const inService = new Set<Asked>();
  const figures = { answers: 0, doubts: 0 };
  const faults: string[] = [];
  const pick = <T>(all: readonly T[]): T | undefined => all[dice.throw(all.length)];
  const work = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await sleep(options.pauseMs);
      const isStranger = dice.throw(10) === 0;
      const address = pick(isStranger ? strangers : people) ?? '';
      const daemon = pick([...inService]);
      if (daemon === undefined) continue;
      const reply = await daemon.ask(address).catch((error: unknown) => String(error));
      figures.answers += 1;
      const expected = isStranger ? 'NOTFOUND' : `OK ${address}`;
      if (reply === expected) continue;
      if (reply.startsWith('TEMP')) figures.doubts += 1;
      faults.push(`${address}: ${reply}`);
    }
  };
  const workers = Promise.all(Array.from({ length: options.askers }, work));
  return {
    inService,
    figures,
    faults,
    end: async () => {
      over.abort();
      await workers;
    },
  };
}
