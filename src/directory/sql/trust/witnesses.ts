import { z } from 'zod';
import { Fault } from '../../directory.ts';
import type { Kept } from '../../hooks.ts';
import { templateKey } from '../../templates/template.ts';
import type { SqlConnection } from '../connect/connection.ts';
import { Overrun } from '../engine.ts';
import type { Part } from '../parts.ts';
import { isEnabled } from '../people/values.ts';

/**
 * Keys for which a part had rows. As long as one of them has rows still, the part reads what it read: the right tables,
 * with people in them, and nothing hides them. Besides, each table that had rows has to have some.
 */
export interface Witnesses {
  /** Learns that a key has rows. */
  learn(key: string): void;
  /**
   * Looks for one of them, and for rows in each table that had some; says what it saw.
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
  const names = part.relations.map((relation) => relation.name);
  const needed = part.relations.filter(({ isNeeded: is }) => is).map((relation) => relation.name);
  const before = remembered.safeParse(kept.read(name)).data;
  /** The first one stays for as long as it is seen. */
  let keys = before?.keys ?? [];
  /** Tables that had rows. */
  let filled = new Set(before?.filled);
  /** Those that took too long. */
  const slow = new Set<string>();
  let held: string | undefined;

  const keep = (): void => kept.write(name, { keys, filled: [...filled] });

  /** Strangers chose the keys: one that is refused shows nobody, and one that is slow gives others the precedence. */
  const isSeen = async (key: string, connection: SqlConnection): Promise<boolean> => {
    const values = part.bind(templateKey(key));
    if (values === undefined) return false;
    try {
      const rows = await connection.run(part.text, values);
      slow.delete(key);
      return rows.length > 0;
    } catch (error) {
      if (error instanceof Fault && error.kind === 'entry') return false;
      if (error instanceof Overrun && keys.includes(key)) {
        slow.add(key);
        keys = [...keys.filter((each) => each !== key), key];
        keep();
      }
      throw error;
    }
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

  /** Looks which tables have rows, all at once; gives those that have none. */
  async function look(connection: SqlConnection): Promise<readonly string[]> {
    if (names.length === 0) return [];
    const each = names.map((table, i) => `EXISTS (SELECT 1 FROM ${table}) AS t${i}`);
    const [row = {}] = await connection.run(`SELECT ${each.join(', ')}`, []);
    return names.filter((_, i) => !isEnabled(row, `t${i}`));
  }

  const missing = (what: string): Fault => {
    held = what;
    return new Fault(
      'doubt',
      `${part.name}: ${what}, so nobody is believed to be absent; if that is as it should be: idpmap accept`,
    );
  };

  function checkTables(empty: readonly string[], isFound: boolean): void {
    const emptied = empty.filter((table) => filled.has(table));
    if (emptied.length > 0) throw missing(`${emptied.join(' and ')} had rows and has none`);
    if (names.length === 0 && keys.length > 0 && !isFound)
      throw missing('nobody is found who was found before');
    if (isNeeded && !isFound) checkNeeded(empty);
  }

  /** Where nobody shows that people are there, the tables have to. */
  function checkNeeded(empty: readonly string[]): void {
    if (names.length === 0)
      throw new Fault(
        'doubt',
        `${part.name}: it has found nobody yet, and names no table that could be looked at; nobody is believed to be absent until it does, or set canary`,
      );
    const lacking = needed.length > 0 ? empty.filter((table) => needed.includes(table)) : empty;
    const isLacking = needed.length > 0 ? lacking.length > 0 : lacking.length === names.length;
    if (isLacking)
      throw new Fault(
        'doubt',
        `${part.name}: ${lacking.join(' and ')} has no rows, so nobody is believed to be absent`,
      );
  }

  async function checkAll(connection: SqlConnection): Promise<string> {
    const [isFound, empty] = await Promise.all([find(connection), look(connection)]);
    checkTables(empty, isFound);
    const full = names.filter((table) => !empty.includes(table) && !filled.has(table));
    if (full.length > 0 || (!isFound && keys.length > 0)) {
      filled = filled.union(new Set(full));
      if (!isFound) keys = [];
      keep();
    }
    return isFound ? `${part.name} finds whom it found` : `${part.name} has rows in its tables`;
  }

  return {
    learn(key) {
      held = undefined;
      if (keys.includes(key)) return;
      const leaving = keys.length < MOST ? undefined : keys.find((each) => slow.has(each));
      if (keys.length >= MOST && leaving === undefined) return;
      if (leaving !== undefined) slow.delete(leaving);
      keys = [...keys.filter((each) => each !== leaving), key];
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
