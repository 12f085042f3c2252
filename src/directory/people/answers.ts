import {
  type Ask,
  type Directory,
  type Entry,
  Fault,
  type Maybe,
  type None,
} from '../directory.ts';
import { findingOf, none } from '../finding.ts';
import { andThen } from '../maybe.ts';
import type { People } from './people.ts';

/** What counts at the moment. */
export interface Known {
  readonly people: People;
  /** An edit that waits to be accepted. */
  readonly held?: People | undefined;
  /** Why the newest content is not known: whoever is found is there, and nobody is denied. */
  readonly doubt?: Fault | undefined;
}

/** Brings what counts, once it is known; throws a `Fault` where it isn't. */
export type Recall = (signal: AbortSignal) => Maybe<Known>;

/** Whether a directory serves the list of domains that its content names. */
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
    find: (address, { signal }) =>
      andThen(recall(signal), (known) => {
        const entries = known.people.find(address);
        // A disabled account is refused mail, as nobody is.
        if (!entries.some(takesMail))
          deny(known, (held) => (entries.length === 0 ? held.has(address) : held.takes(address)));
        return findingOf(entries, () => WHOLE);
      }),
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
      (key, { signal }) =>
        andThen(recall(signal), (known) =>
          findingOf(known.people.ask(table, key), () =>
            deny(known, (held) => held.hasRow(table, key)),
          ),
        ),
    ...(listDomains && {
      domains: async (signal) => {
        const known = await recall(signal);
        return findingOf(known.people.domains, () =>
          deny(known, ({ domains }) => domains.length > 0),
        );
      },
    }),
  };
}

const takesMail = ({ kind, enabled, members }: Entry): boolean =>
  enabled && (kind === 'account' || members.length > 0);

/**
 * Nobody is denied whom the next content may know.
 * @throws {Fault} where that content is not known, or is held and `knows` better
 */
function deny({ held, doubt }: Known, knows: (held: People) => boolean): None {
  if (doubt !== undefined) throw doubt;
  if (held !== undefined && knows(held))
    throw new Fault('entry', 'only the edit that the guard holds has this');
  return WHOLE;
}

const WHOLE = none('content', 'the last content that was read');
