import type { Endpoint } from '../../../src/net/endpoint.ts';
import { connectClient } from '../instance.ts';
import { until } from '../until.ts';
import { show } from '../world.ts';

/** A map and a key. */
export type Question = readonly [map: string, key: string];

/** Connections that ask without a pause. */
export interface Load {
  /** Waits until `question` has been answered so on every connection, and says whether it came to that. */
  sees(question: Question, reply: string, limitMs: number): Promise<boolean>;
  /** Every reply so far, `user-exists ann@example.org: OK ann@example.org`, each once. */
  seen(): readonly string[];
  /** How many replies came, and which questions got none; a connection ends with its first such. */
  readonly figures: { readonly replies: number; readonly lost: readonly string[] };
  /** Ends it: the last questions are answered before. */
  end(): Promise<void>;
}

/** Asks all `questions` again and again, on each of so many connections of its own. */
export function startLoad(
  endpoint: Endpoint,
  questions: readonly Question[],
  connections = 4,
): Load {
  const over = new AbortController();
  const figures = { replies: 0, lost: [] as string[] };
  const seen = new Set<string>();
  /** The last reply to each question on each connection. */
  const latest = Array.from({ length: connections }, () => new Map<string, string>());
  const work = async (last: Map<string, string>): Promise<void> => {
    const client = connectClient(endpoint);
    while (!over.signal.aborted)
      for (const [map, key] of questions) {
        try {
          const reply = show(await client.ask(map, key));
          figures.replies += 1;
          last.set(`${map} ${key}`, reply);
          seen.add(`${map} ${key}: ${reply}`);
        } catch (error) {
          figures.lost.push(`${map} ${key}: ${String(error)}`);
          return client.close();
        }
      }
    client.close();
  };
  const workers = Promise.all(latest.map(work));
  return {
    figures,
    seen: () => [...seen].toSorted(),
    sees: ([map, key], reply, limitMs) =>
      until(() => latest.every((last) => last.get(`${map} ${key}`) === reply), limitMs),
    end: async () => {
      over.abort();
      await workers;
    },
  };
}
