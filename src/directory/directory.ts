/** Whoever holds an address, as a directory knows it. All addresses are normalised (`address/`). */
export interface Entry {
  /** Stable in its directory: entryUUID, Keycloak's user id, a primary key. */
  readonly id: string;
  readonly kind: 'account' | 'group';
  /** Where its mail is delivered. */
  readonly address: string;
  /** Its address with the letters that the directory has, `strauß@` for `strauss@`; absent where they are the same. */
  readonly spelling?: string;
  /** Further addresses it answers for. */
  readonly aliases: readonly string[];
  /** SASL logins that may send as it; a group's are its members'. */
  readonly logins: readonly string[];
  /** A group's: the addresses of enabled members, nested groups already expanded, with the directory's letters. */
  readonly members: readonly string[];
  readonly enabled: boolean;
  /** An account's whose mail goes to the group of the same address, without a copy; absent: it gets its own mail. */
  readonly isForwarded?: true;
  /** Members who get none of a group's mail, and why, a few of them: for `explain`. */
  readonly leftOut?: readonly string[];
}

/** An entry as a listing shows it. Its groups may name their members; whoever keeps the listing looks them up. */
export interface Listed extends Entry {
  /** What groups call it: a DN, a uid, an id. Where it names its groups instead: those, and each group itself too. */
  readonly names: readonly string[];
  /** A group's, besides `members`, which are addresses: the names of those in it. Absent: nobody is named. */
  readonly memberNames?: readonly string[];
  /** Why nobody can say what mail to its addresses means (too large, unreadable): they are deferred. */
  readonly doubt?: string;
}

/** One thing that `follow` tells. `ref` is an entry's name there, `part:id`, the same for ever: an entryUUID, a primary key. */
export type Change =
  /** A listing of a part begins; or has ended, whole and proved: whoever of the part it did not show is missing. */
  | { readonly kind: 'listing' | 'listed'; readonly part: string }
  /** They are so now, whatever was told of them before. */
  | { readonly kind: 'put'; readonly entries: readonly (readonly [ref: string, entry: Listed])[] }
  /** Told to be there no more; or to be as they were put, which counts as shown by a listing. */
  | { readonly kind: 'gone' | 'still'; readonly refs: readonly string[] }
  | Mark;

/** All that changed up to `agoMs` ago has been told. The first one ends the listing of everybody. */
export interface Mark {
  readonly kind: 'mark';
  /** From where to go on; opaque, kept with what was told before it. */
  readonly cursor: string;
  readonly agoMs: number;
  /** Within what time the next mark is promised. Twice that, and lookups ask the directory again. */
  readonly nextMs: number;
  /**
   * Whoever is new is told by the next mark, and not only by the next listing: so who is not in the mirror may be denied,
   * where that is set (`whenAbsent: deny`).
   */
  readonly tellsNew?: true;
  /** How changes come, in a few words, for whoever runs it: `content synchronisation (RFC 4533)`, `listings alone`. */
  readonly feed?: string;
  /** How long ago that was promised, where it is told again: by a feed that goes on, by a daemon that took it over. */
  readonly toldMs?: number;
}

/** Knows people: the adapter to Keycloak, LDAP, SQL or a file. It may throw; `lookup/consult.ts` catches. */
export interface Directory {
  /** Whoever holds an address as their address or alias. */
  readonly find: Ask<Entry>;
  /**
   * One cheap authenticated question that shows connection, rights and visibility; throws where it can't. It closes an
   * open circuit, and proves each *none* that says so.
   */
  probe(signal: AbortSignal): Promise<void>;
  /** What an administrator should know of it, for `idpmap check`; throws where it can't be looked at. */
  inspect?(signal: AbortSignal): Promise<readonly Remark[]>;
  /**
   * Addresses that accounts and groups hold, as their own and as aliases, for `idpmap check`: all where that costs little,
   * else those of some hundreds. Throws where they can't be read.
   */
  sample?(signal: AbortSignal): Promise<readonly string[]>;
  /** All domains it serves, where it is configured to list them. */
  domains?(signal: AbortSignal): Promise<Finding<string>>;
  /** Opens one of its tables, whose question gives a key's values. Throws where there is no such table. */
  table?(definition: TableDefinition): Ask<string>;
  /** Takes what the directory held back (`idpmap accept`); says what that was, absent: nothing is held. */
  accept?(): string | undefined;
  /**
   * What waits for an administrator: an edit that is held, content that can't be read. A line each, with the way out; read
   * each time somebody looks at the status.
   */
  pending?(): readonly string[];
  /** Tries at once what it put off after a failure: what was wrong, a secret for one, may have been mended. */
  retry?(): void;
  /**
   * What its answers depend on beside its settings, such as the version of its code: daemons of a fleet share what those of the
   * same fingerprint were told. Absent: the settings say all, and a module of one's own shares nothing.
   */
  readonly fingerprint?: string;
  /**
   * Tells who is in it, and what changes, for a mirror: goes on from `cursor`; absent: it lists everybody first. One runs at a
   * time, by the directory's own settings (`mirror`), on connections that lookups do not wait for. Each batch is kept whole or
   * not at all, and the next one is asked for once it is kept. It ends by throwing only, at once where `signal` aborts; it is
   * then called again from the last cursor, or without one after a `Gap`.
   */
  follow?(cursor: string | undefined, signal: AbortSignal): AsyncIterable<readonly Change[]>;
  /** What it has counted, by names of its own. */
  readonly figures?: Readonly<Record<string, number>>;
  /** Ends connections and watches. Questions under way throw. */
  close(): Promise<void>;
}

/**
 * Asks a directory. A *none* carries its proof; every doubt throws, a `Fault` where it is known why. What is in memory
 * may answer at once.
 */
export type Ask<T> = (key: string, how: How) => Maybe<Finding<T>>;

/** What a directory says of one key, with authority: somebody, or nobody and by what that is proved. */
export type Finding<T> = Somebody<T> | None;

/** At least one value. */
export interface Somebody<T> {
  readonly status: 'found';
  readonly value: readonly [T, ...(readonly T[])];
  /** Why the content that says so may be old (a copy whose source is silent); absent: it is fresh. */
  readonly old?: Fault;
}

/** A "nobody" that says by what it is proved. There is no other way to say it: an empty list is not a `Finding`. */
export interface None {
  readonly status: 'none';
  readonly proof: Proof;
}

/** By what a *none* is proved; which of them a directory gives is the heart of its adapter (`trust/` in its folder). */
export interface Proof {
  readonly by: /** This process holds all that there is, read to its end and not doubted: no question was needed. */
    | 'content'
    /** The key can be nobody's whatever is there: no address, no part that a template needs. */
    | 'form'
    /** The connection that said so has shown afterwards that it still sees people: nothing more is asked for. */
    | 'connection'
    /** The directory's `probe`, which has yet to begin and to succeed: `lookup/proof.ts` waits for it. */
    | 'probe';
  /** What was looked at, for `explain`: `3 witnesses on ldaps://ldap1.example.org`. Lower case, names nobody. */
  readonly how: string;
}

/** How a question is put. */
export interface How {
  readonly signal: AbortSignal;
  /** On a connection opened for it: the one in use may have lost its rights or its view unnoticed. */
  readonly anew?: true;
}

/** At once, or later. */
export type Maybe<V> = V | Promise<V>;

/** One thing that an administrator should know. A `warning` works, but should be looked at. */
export interface Remark {
  readonly level: 'ok' | 'warning' | 'failed';
  /** One line, lower case: what, where, and how to mend it. */
  readonly text: string;
}

/** Names a table in its directory. */
export interface TableDefinition {
  readonly table: string;
}

/** Why something is unknown. Closed: it labels metrics. */
export type Cause =
  /** The caller's time was up; the directory may still answer. */
  | 'deadline'
  /** Too many questions wait for this directory. */
  | 'overload'
  /** The directory is failing and is not asked. */
  | 'breaker-open'
  /** No answer within the flight's time. */
  | 'timeout'
  /** It failed: refused, cut, 5xx, no rights, unreadable. */
  | 'directory'
  /** A *none* that no later probe confirmed. */
  | 'unproved'
  /** At present its *none* can't be believed; whoever it finds is there. It never opens the circuit. */
  | 'doubt'
  /** A doubt about this key alone (ambiguous, group too large). It never opens the circuit. */
  | 'entry'
  /** It has not been read since the start. */
  | 'starting'
  /** The daemon stops. */
  | 'shutdown'
  /** A fault of idpmap's own. */
  | 'bug';

/** What a directory throws where it knows why it can't answer. `message` is lower case, without secrets. */
export class Fault extends Error {
  readonly kind: Cause;
  constructor(kind: Cause, reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'Fault';
    this.kind = kind;
  }
}

/** Whether only *none* is in doubt: whoever is found is there. */
export const isDoubt = (error: unknown): error is Fault =>
  error instanceof Fault && error.kind === 'doubt';

/** What `follow` throws where it can't be known any more what changed since its cursor: all are listed anew. */
export class Gap extends Fault {
  constructor(reason: string, options?: ErrorOptions) {
    super('directory', reason, options);
    this.name = 'Gap';
  }
}
