import type { Address } from '../address/address.ts';
import type { Entry } from '../directory/directory.ts';
import type { Candidate } from './candidates.ts';
import type { DomainSet } from './domains.ts';

/** What the configuration decides for all maps. */
export interface Rules {
  /** Characters that may begin an address's extension. */
  readonly delimiters: string;
  readonly propagateExtension: 'yes' | 'no';
  readonly disabled: 'reject' | 'accept' | 'defer';
  /** Who may send as a group: nobody, or its members. */
  readonly groupSenders: 'none' | 'members';
}

/** What address maps look at. */
export interface MapWorld {
  readonly domains: DomainSet;
  readonly rules: Rules;
}

/** An address as it was asked. */
export interface Asked extends Address {
  /** As Postfix wrote it. */
  readonly key: string;
}

/** What entries mean in one map: its data; `nothing`; `elsewhere`, another map answers OK for it; `later`, deferred. */
export type Meaning = { readonly data: string } | 'nothing' | 'elsewhere' | 'later';

/** Turns the entries that hold an address into an answer for one kind of map. Pure: the law lives in `answerOf`. */
export interface Kind {
  readonly name: string;
  /** `entries` holds at least one; `candidate` says where they were found. */
  readonly ofEntries: (
    entries: readonly Entry[],
    candidate: Candidate,
    asked: Asked,
    world: MapWorld,
  ) => Meaning;
  /** What a role's or the catch-all's target means, which takes the mail of nobody's address. */
  readonly ofTarget: (target: string, asked: Asked) => Meaning;
}
