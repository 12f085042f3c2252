import { createProver, type Prover } from './prover.ts';

/** The proofs of one connection for one kind of question. */
export interface Proving {
  readonly prover: Prover;
  /** What the last one looked at. */
  readonly shown: readonly string[];
}

/** The proofs of all connections: everybody who waits for one of the same kind shares it. */
export interface Provings<C, T> {
  of(connection: C, trust: T): Proving;
  /** A proof that begins now or later. */
  proveAnew(connection: C, trust: T): Promise<void>;
}

/**
 * Creates them.
 * @param look proves one connection, before `ends` aborts, and gives what it looked at
 */
export function createProvings<C extends object, T extends object>(
  look: (connection: C, trust: T, ends: AbortSignal) => Promise<readonly string[]>,
  lifetime: AbortSignal,
): Provings<C, T> {
  const known = new WeakMap<C, Map<T, Proving>>();

  function of(connection: C, trust: T): Proving {
    const own = known.get(connection) ?? new Map<T, Proving>();
    known.set(connection, own);
    const proving = own.get(trust) ?? begin(connection, trust);
    own.set(trust, proving);
    return proving;
  }

  function begin(connection: C, trust: T): Proving {
    let shown: readonly string[] = [];
    const prover = createProver(async (ends) => {
      shown = await look(connection, trust, ends);
    }, lifetime);
    return {
      prover,
      get shown() {
        return shown;
      },
    };
  }

  return {
    of,
    async proveAnew(connection, trust) {
      const { prover } = of(connection, trust);
      await prover.prove(prover.begun());
    },
  };
}
