import { parseAddress } from '../../../address/address.ts';
import { Fault } from '../../directory.ts';
import type { DirectoryHooks } from '../../hooks.ts';
import type { Trust, View } from '../connect/ask.ts';
import type { SqlConnection } from '../connect/connection.ts';
import type { Part } from '../parts.ts';
import { type FindOptions, findHolders } from '../people/find.ts';
import type { Letters } from './letters.ts';
import { createWitnesses, type Witnesses } from './witnesses.ts';

/** How each kind of question of one directory is believed. */
export interface Trusts {
  /** Of addresses: each statement that shows people still does. */
  readonly people: Trust;
  /** Of one statement, which may never have shown anything. */
  of(part: Part): Trust;
  /** Told of each key that has rows. */
  learn(part: Part, key: string): void;
  accept(): string | undefined;
}

export interface TrustOptions {
  readonly find: FindOptions;
  readonly canary: string | undefined;
  readonly rowsOf: (connection: SqlConnection) => View['rows'];
  readonly letters: Letters;
  readonly hooks: Pick<DirectoryHooks, 'kept'>;
  readonly figures: Record<string, number>;
}

/** Creates them. */
export function createTrusts({
  find,
  canary,
  rowsOf,
  letters,
  hooks,
  figures,
}: TrustOptions): Trusts {
  const { account, aliases, groups, catchAll } = find.parts;
  const shown = [account, aliases, groups, catchAll].filter((part) => part !== undefined);
  const known = new Map<string, { witnesses: Witnesses; trust: Trust }>();
  const canaryAddress = canary === undefined ? undefined : parseAddress(canary);
  const [first] = shown;

  function knownOf(part: Part): { witnesses: Witnesses; trust: Trust } {
    const own = known.get(part.name);
    if (own !== undefined) return own;
    const isNeeded = part === first && canaryAddress === undefined;
    const witnesses = createWitnesses({ part, isNeeded, kept: hooks.kept });
    const made = { witnesses, trust: { proof: (on: SqlConnection) => prove(on, [witnesses]) } };
    known.set(part.name, made);
    return made;
  }

  async function prove(
    connection: SqlConnection,
    all: readonly Witnesses[],
  ): Promise<readonly string[]> {
    try {
      const [seen, ...others] = await Promise.all([
        connection.believe(),
        ...all.map((witnesses) => witnesses.check(connection)),
      ]);
      return [...others, ...seen];
    } finally {
      figures['held'] = [...known.values()].filter(({ witnesses }) => witnesses.isHeld()).length;
    }
  }

  async function checkCanary(connection: SqlConnection): Promise<readonly string[]> {
    if (canaryAddress === undefined) return [];
    const work = findHolders(find, canaryAddress);
    const entries = await work({
      rows: rowsOf(connection),
      writtenAs: letters.writtenAs,
      missed: () => {},
    });
    if (entries.length > 0) return ['the canary'];
    throw new Fault(
      'doubt',
      `${connection.server} does not show the canary ${canaryAddress.text}, so nobody is believed to be absent`,
    );
  }

  return {
    people: {
      async proof(connection) {
        const [seen, canaries] = await Promise.all([
          prove(
            connection,
            shown.map((part) => knownOf(part).witnesses),
          ),
          checkCanary(connection),
          letters.look(connection),
        ]);
        return [...seen, ...canaries];
      },
    },
    of: (part) => knownOf(part).trust,
    learn: (part, key) => knownOf(part).witnesses.learn(key),
    accept() {
      const taken = [...known.values()].flatMap(({ witnesses }) => witnesses.accept() ?? []);
      figures['held'] = 0;
      return taken.length === 0 ? undefined : taken.join('; ');
    },
  };
}
