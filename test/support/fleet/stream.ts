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
  /** Lays down again what is so many lines before the end. */
  layAgain(back: number): void;
  /** So many lines are read at a time, so late; away, it answers nothing that it is told. */
  batch: number;
  delayMs: number;
  isAway: boolean;
}

type Row = readonly [id: Buffer, fields: readonly Buffer[]];

/** Creates it. `now` is its clock. */
export function createTestStream(now: () => number): TestStream {
  let rows: Row[] = [];
  let last = 0;
  const readFrom: string[] = [];
  const lay = (closed: Buffer): string => {
    last = Math.max(last + 1, now());
    const id = `${last}-0`;
    rows.push([Buffer.from(id), [Buffer.from('n'), closed]]);
    return id;
  };
  const commands = {
    call: async (...args: readonly (string | number | Buffer)[]) => {
      if (stream.isAway) throw new Error('it is away');
      if (rows.length === 0 && args.includes('NOMKSTREAM')) return null;
      const closed = args.at(-1);
      return lay(Buffer.from(Buffer.isBuffer(closed) ? closed : []));
    },
    xrangeBuffer: async (_key: string, from: string) => {
      readFrom.push(from);
      if (stream.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, stream.delayMs));
      const least = from === '-' ? 0 : Number.parseInt(from, 10);
      return rows.filter(([id]) => Number.parseInt(String(id), 10) >= least).slice(0, stream.batch);
    },
    del: async () => {
      rows = [];
      return 1;
    },
  };
  const stream: TestStream = {
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
    layAgain: (back) => {
      const closed = rows.at(-back)?.[1][1];
      if (closed !== undefined) lay(closed);
    },
    batch: 1000,
    delayMs: 0,
    isAway: false,
  };
  return stream;
}
