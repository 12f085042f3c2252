import { z } from 'zod';
import { Fault, type Kept } from '../../directory.ts';
import { templateKey } from '../../ldap/filters/template.ts';
import type { SqlConnection } from '../connect/connection.ts';
import type { Part } from '../parts.ts';

/**
 * Keys for which a part had rows. As long as one of them has rows still, the part reads what it read: the right tables,
 * with people in them, and nothing hides them. Where none has any more, the tables have to have rows at all.
 */
export interface Witnesses {
  /** Learns that a key has rows. */
  learn(key: string): void;
  /**
   * Finds one of them, or else rows in each table that had some; says what it saw.
   * @throws {Fault} `doubt` where nothing shows that whoever is there is seen
   */
  check(connection: SqlConnection): Promise<string>;
  /** Takes it that the tables were emptied on purpose; says what that was. */
  accept(): string | undefined;
  /** Whether something is missed until it is accepted. */
  readonly isHeld: () => boolean;
}

export interface WitnessOptions {
  readonly part: Part;
  /** Whether somebody has to be seen before anybody is believed to be absent. Else nothing may ever have been there. */
  readonly isNeeded: boolean;
  readonly kept: Kept;
}

const remembered = z.object({ keys: z.array(z.string()), filled: z.array(z.string()) });

/** So many are remembered: one that leaves is no loss then. */
const MOST = 4;

/** Creates those of one part, with what a former process knew. */
export function createWitnesses({ part, isNeeded, kept }: WitnessOptions): Witnesses {
  const name = `witness:${part.name}`;
  const before = remembered.safeParse(kept.read(name)).data;
  /** The first one stays for as long as it is seen. */
  let keys = before?.keys ?? [];
  /** Tables that had rows. */
  let filled = new Set(before?.filled);
  let hasLooked = false;
  let held: string | undefined;

  const keep = (): void => kept.write(name, { keys, filled: [...filled] });

  const isSeen = async (key: string, connection: SqlConnection): Promise<boolean> => {
    const values = part.bind(templateKey(key));
    if (values === undefined) return false;
    return (await connection.run(part.text, values)).length > 0;
  };

  async function find(connection: SqlConnection): Promise<boolean> {
    for (const [i, key] of keys.entries()) {
      if (!(await isSeen(key, connection))) continue;
      if (i > 0) {
        keys = keys.slice(i);
        keep();
      }
      return true;
    }
    return false;
  }

  /** Looks which tables have rows; gives those that have none. */
  async function look(connection: SqlConnection): Promise<readonly string[]> {
    const empty = await Promise.all(
      part.relations.map(async (relation) => {
        const rows = await connection.run(`SELECT 1 FROM ${relation.name} LIMIT 1`, []);
        return rows.length > 0 ? [] : [relation.name];
      }),
    );
    return empty.flat();
  }

  const missing = (what: string): Fault => {
    held = what;
    return new Fault(
      'doubt',
      `${part.name}: ${what}, so nobody is believed to be absent; if that is as it should be: idpmap accept`,
    );
  };

  async function checkTables(connection: SqlConnection): Promise<void> {
    const empty = await look(connection);
    const emptied = empty.filter((relation) => filled.has(relation));
    if (emptied.length > 0) throw missing(`${emptied.join(' and ')} had rows and has none`);
    const needed = part.relations.filter((relation) => relation.isNeeded).map((each) => each.name);
    const lacking = empty.filter((relation) => needed.includes(relation));
    if (isNeeded && lacking.length > 0)
      throw new Fault(
        'doubt',
        `${part.name}: ${lacking.join(' and ')} has no rows, so nobody is believed to be absent`,
      );
    if (isNeeded && needed.length === 0 && keys.length === 0)
      throw new Fault(
        'doubt',
        `${part.name}: it has found nobody yet, and names no table that could be looked at; nobody is believed to be absent until it does, or set canary`,
      );
    filled = filled.union(
      new Set(part.relations.map((each) => each.name).filter((each) => !empty.includes(each))),
    );
    keep();
  }

  async function checkAll(connection: SqlConnection): Promise<string> {
    const isFound = await find(connection);
    if (isFound && hasLooked) return `${part.name} finds whom it found`;
    if (!isFound && keys.length > 0 && part.relations.length === 0)
      throw missing('nobody is found who was found before');
    await checkTables(connection);
    hasLooked = true;
    if (!isFound) keys = [];
    return `${part.name} has rows in its tables`;
  }

  return {
    learn(key) {
      held = undefined;
      if (keys.length >= MOST || keys.includes(key)) return;
      keys = [...keys, key];
      keep();
    },
    async check(connection) {
      const seen = await checkAll(connection);
      held = undefined;
      return seen;
    },
    accept() {
      const what = held;
      if (what === undefined) return undefined;
      held = undefined;
      keys = [];
      filled = new Set();
      keep();
      return `${part.name}: ${what}: taken as it is`;
    },
    isHeld: () => held !== undefined,
  };
}
