import type { Stamp } from '../../clock.ts';
import type { Change, Entry } from '../../directory/directory.ts';

/** What the writer of a mirror's file is told to do, one after the other; each is done whole or not at all. */
export type Order =
  /** A feed begins: listings that one before it did not end are over. */
  | { readonly do: 'begin' }
  /** What it tells. Never holds `listed`, which takes more than a transaction. */
  | {
      readonly do: 'apply';
      readonly changes: readonly Change[];
      readonly now: number;
      readonly stamp: Stamp;
    }
  /** A listing of the part has ended. Tells how many are missing: they are to be asked for. */
  | { readonly do: 'listed'; readonly part: string; readonly now: number }
  /** All has been listed. Tells which parts are in the file, and were not. */
  | { readonly do: 'unlisted' }
  /** Takes up to `most` of the missing, to ask for them. */
  | { readonly do: 'missing'; readonly most: number }
  /** Who was asked for, and is not there. `elsewhere`: addresses of theirs that the directory shows somebody else under. */
  | {
      readonly do: 'gone';
      readonly refs: readonly string[];
      readonly elsewhere?: readonly string[];
      readonly now: number;
    }
  /** Gives up to `most` of those whose address somebody else was told to have. */
  | { readonly do: 'rivals'; readonly most: number }
  /** They were asked for, and what came of it is kept. */
  | { readonly do: 'settled'; readonly refs: readonly string[] }
  /** What the cursor stands for can't be known any more. */
  | { readonly do: 'forget' }
  /**
   * Gives up to `most` of those who are to be asked for before they are let go, behind `after` in the order of their names: whom a listing left out
   * with too many others, and who lost something before `before`.
   */
  | {
      readonly do: 'due';
      readonly before: number;
      readonly after: string;
      readonly most: number;
    }
  /** They have been asked for: who was left out and is there is put back, as it was or as the directory shows it. */
  | {
      readonly do: 'judged';
      readonly there: readonly (readonly [ref: string, entry?: Entry])[];
      readonly judged: readonly Judgement[];
      readonly now: number;
    }
  /** Who was not shown by a listing, as the directory shows them when it is asked for them. */
  | { readonly do: 'shown'; readonly people: readonly Shown[]; readonly now: number }
  /** Lets go who is held, and was lost by then: up to `most` addresses. */
  | { readonly do: 'accept'; readonly until: number; readonly most: number }
  /** Lets go whose loss is older than this, unless they are held, and who was asked for: up to `most` addresses. */
  | { readonly do: 'sweep'; readonly before: number; readonly most: number }
  /** Looks at up to so many rows of the file, from where it was, whether all is as it was written. */
  | { readonly do: 'inspect'; readonly most: number }
  | { readonly do: 'close' };

/** Somebody by their name in the feed, as the directory shows them. */
export type Shown = readonly [ref: string, entry: Entry];

/** How far a feed has come, by its last mark. */
export interface Progress {
  readonly cursor: string;
  /** All that changed until then has been told. */
  readonly syncedAt: number;
  readonly nextMs: number;
  readonly tellsNew: boolean;
}

/** How the file stands. */
export interface Standing {
  readonly accounts: number;
  readonly groups: number;
  readonly addresses: number;
  /** Entries that lost an address of late. */
  readonly lost: number;
  /** Lost addresses that the directory was not asked for, or shows somebody under. */
  readonly unasked: number;
  /** They are too many. */
  readonly isHeld: boolean;
  /** All were listed under these settings, once. */
  readonly isWhole: boolean;
  /** There may be people whom the directory can't list. */
  readonly lacksSome?: true;
  /** All is in the file that was written, as far as was looked. Absent: nobody has looked yet, and nobody is told to be nobody. */
  readonly isSound?: true;
  readonly listedAt?: number;
  /** Absent: nothing was ever listed whole, or its end is not known any more. */
  readonly progress?: Progress;
  /** Since when all is known that the file says, whether it can be gone on from or not. */
  readonly syncedAt?: number;
}

/** What was done to entries. */
export interface Done {
  readonly put: number;
  readonly gone: number;
  readonly unchanged: number;
  /** Values that nobody can use. */
  readonly dropped: number;
  /** The addresses of whoever was put or is gone, before and after it. */
  readonly touched: readonly string[] | 'many';
}

/** What an order brings beside how the file stands. */
export interface Brought {
  /** Of `listed`: how many are to be asked for; or are gone without, for they are too many. */
  readonly missing?: number;
  readonly unasked?: number;
  /** Of `missing`. */
  readonly asked?: readonly Missing[];
  /** Of `due`. */
  readonly due?: readonly Due[];
  /** Of `unlisted`. */
  readonly parts?: readonly string[];
  /** Of `apply`: how many rivals wait to be asked for. And of `rivals`: some of them. */
  readonly waiting?: number;
  readonly rivals?: readonly Rival[];
  /** Of `inspect`: whether all was looked at. */
  readonly isInspected?: boolean;
  /** Of `accept` and `sweep`: addresses that are nobody's from now on. */
  readonly released?: readonly string[];
}

/** What came of an order. */
export interface Result extends Done, Brought {
  readonly standing: Standing;
}

/** An entry that a listing did not show, and all addresses to ask for it by. */
export interface Missing {
  readonly ref: string;
  readonly id: string;
  readonly addresses: readonly string[];
}

/** One that may have lost its address to somebody else. */
export type Rival = Missing;

/** An entry that has lost addresses, and when it lost each. */
export interface Due {
  readonly ref: string;
  readonly id: string;
  readonly lost: readonly { readonly address: string; readonly at: number }[];
  /** A listing left it out, and nobody was asked whether it is there. */
  readonly isLeftOut: boolean;
}

/** What the directory says of an address that `ref` lost then: nobody enabled has it, or somebody has. */
export interface Judgement {
  readonly ref: string;
  readonly address: string;
  readonly at: number;
  readonly is: 'gone' | 'elsewhere';
}

/** Writes one mirror's file. */
export interface Writer {
  carryOut(order: Order): Result;
}
