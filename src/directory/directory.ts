/** Whoever holds an address, as a directory knows it. All addresses are normalised (`address.ts`). */
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
}

/** Knows people: the adapter to Keycloak, LDAP, SQL or a file. It may throw; `lookup/consult.ts` catches. */
export interface Directory {
  /** Every entry that holds `address` as its address or alias; empty: proved absent. Throws on any doubt. */
  find(address: string, signal: AbortSignal): Promise<readonly Entry[]>;
  /** One cheap authenticated question that proves connection, rights and visibility; throws where it can't. */
  probe(signal: AbortSignal): Promise<void>;
  /**
   * Present: its `find` and its tables prove each *none* themselves, on the connection that said so, and no other proof
   * is asked for.
   */
  readonly provesNone?: true;
  /** As `find`, on a connection opened for it. Where a connection may have lost its rights or its view unnoticed. */
  findAnew?(address: string, signal: AbortSignal): Promise<readonly Entry[]>;
  /** What an administrator should know of it, for `idpmap check`; throws where it can't be looked at. */
  inspect?(signal: AbortSignal): Promise<readonly Remark[]>;
  /** All domains it serves, where it is configured to list them. */
  domains?(signal: AbortSignal): Promise<readonly string[]>;
  /** Opens one of its tables; the question gives a key's values, empty: no such key. Throws where there is no table. */
  table?(definition: TableDefinition): Ask<string>;
  /** Takes what the directory held back (`idpmap accept`); says what that was, absent: nothing is held. */
  accept?(): string | undefined;
  /** Tries at once what it put off after a failure: what was wrong, a secret for one, may have been mended. */
  retry?(): void;
  /** What it has counted, by names of its own. */
  readonly figures?: Readonly<Record<string, number>>;
  /** Ends connections and watches. Questions under way throw. */
  close(): Promise<void>;
}

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

/** Asks a directory. Empty means: proved absent. Throws on any doubt, a `Fault` where it knows why. */
export type Ask<T> = (key: string, signal: AbortSignal) => Promise<readonly T[]>;

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
