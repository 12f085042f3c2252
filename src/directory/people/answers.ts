import { type Ask, type Directory, Fault } from '../directory.ts';
import { findingOf, none } from '../finding.ts';
import type { People } from './people.ts';

/** What counts at the moment. */
export interface Known {
  readonly people: People;
  /** An edit that waits to be accepted. */
  readonly held?: People | undefined;
}

/** Brings what counts, once it is known; throws a `Fault` where it isn't. */
export type Recall = (signal: AbortSignal) => Promise<Known>;

/** Whether a directory serves the list of domains that its file names. */
export interface ListingSettings {
  readonly listDomains: boolean;
}

/** So many addresses in doubt are told of. */
const MAX_DOUBTS = 20;

/** Answers a directory's questions from what `recall` brings. */
export function answerFrom(
  recall: Recall,
  { listDomains }: ListingSettings,
): Pick<Directory, 'find' | 'probe' | 'inspect' | 'sample' | 'domains' | 'table'> {
  return {
    async find(address, { signal }) {
      const { people, held } = await recall(signal);
      return findingOf(people.find(address), () => {
        // Nobody is denied whom the next content may know.
        if (held?.has(address) === true) {
          throw new Fault('entry', 'only the edit that the guard holds has this address');
        }
        return WHOLE;
      });
    },
    async probe(signal) {
      await recall(signal);
    },
    sample: async (signal) => [...(await recall(signal)).people.everyAddress()],
    async inspect(signal) {
      const { people } = await recall(signal);
      return [...Iterator.from(people.doubts()).take(MAX_DOUBTS)].map((text) => ({
        level: 'warning',
        text,
      }));
    },
    table:
      ({ table }): Ask<string> =>
      async (key, { signal }) =>
        findingOf((await recall(signal)).people.ask(table, key), () => WHOLE),
    ...(listDomains && {
      domains: async (signal) => findingOf((await recall(signal)).people.domains, () => WHOLE),
    }),
  };
}

const WHOLE = none('content', 'the last content that was read');
