import type { Engine } from '../../../src/fleet/engine.ts';

/** The log of an engine in memory: those commands of it that the fleet's news need. */
export interface TestStream {
  readonly engine: Engine;
  /** What it was asked, by the first id of each reading. */
  readonly readFrom: string[];
  /** What lies there. */
  size(): number;
  /** Loses the newest lines, as a replica does that had not got them. */
  lose(count: number): void;
  /** Drops the oldest ones. */
  trim(count: number): void;
}

type Row = readonly [id: Buffer, fields: readonly Buffer[]];

/** Creates it. `now` is its clock. */
export function createTestStream(now: () => number): TestStream {
  let rows: Row[] = [];
  let last = 0;
  const readFrom: string[] = [];
  const commands = {
    call: async (...args: readonly (string | number | Buffer)[]) => {
      if (rows.length === 0 && args.includes('NOMKSTREAM')) return null;
      last = Math.max(last + 1, now());
      const id = `${last}-0`;
      const closed = args.at(-1);
      rows.push([
        Buffer.from(id),
        [Buffer.from('n'), Buffer.from(Buffer.isBuffer(closed) ? closed : [])],
      ]);
      return id;
    },
    xrangeBuffer: async (_key: string, from: string) => {
      readFrom.push(from);
      const least = from === '-' ? 0 : Number.parseInt(from, 10);
      return rows.filter(([id]) => Number.parseInt(String(id), 10) >= least);
    },
    del: async () => {
      rows = [];
      return 1;
    },
  };
  return {
    // The commands that a log gives are those that it has.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    engine: commands as unknown as Engine,
    readFrom,
    size: () => rows.length,
    lose: (count) => {
      rows = rows.slice(0, rows.length - count);
    },
    trim: (count) => {
      rows = rows.slice(count);
    },
  };
}
