/** The engine said what nobody had asked it for: its words are out of step, or it is none. */
export class Nonsense extends Error {
  constructor(expected: string) {
    super(`the engine answers with what is no ${expected}`);
  }
}

/** Reads a value; null: there is none. */
export function readBytes(reply: unknown): Buffer | null {
  if (reply === null || Buffer.isBuffer(reply)) return reply;
  throw new Nonsense('value');
}

/** Reads whether a key was laid down where none was. */
export function readTaken(reply: unknown): boolean {
  if (reply === null || reply === 'OK') return reply === 'OK';
  throw new Nonsense('consent');
}

/** Reads a count; beyond what a number holds it is a text, and still one. */
export function readCount(reply: unknown): number {
  const count = typeof reply === 'string' && reply !== '' ? Number(reply) : reply;
  if (typeof count === 'number' && Number.isFinite(count)) return count;
  throw new Nonsense('number');
}

/** Reads a list. */
export function readList(reply: unknown): readonly unknown[] {
  if (Array.isArray(reply)) return reply;
  throw new Nonsense('list');
}

/** One line of a stream. */
export interface Row {
  readonly id: string;
  /** What it holds; empty where somebody else laid it down otherwise. */
  readonly closed: Buffer;
}

/** Reads lines of a stream, which come in their order. */
export function readRows(reply: unknown): readonly Row[] {
  let before = -1n;
  return readList(reply).map((row) => {
    const [id, fields] = readList(row);
    const text = String(id);
    if (!/^\d{1,20}-\d{1,20}$/.test(text)) throw new Nonsense('line of a stream');
    const at = placeOf(text);
    if (at <= before) throw new Nonsense('stream, for its lines do not follow each other');
    before = at;
    const closed = readList(fields)[1];
    return { id: text, closed: Buffer.isBuffer(closed) ? closed : NOTHING };
  });
}

const NOTHING = Buffer.alloc(0);

/** Orders ids: an instant, and a number within it. */
function placeOf(id: string): bigint {
  const [ms = '0', n = '0'] = id.split('-');
  return (BigInt(ms) << 64n) + BigInt(n);
}

/** Whether what lies under a key is nothing that idpmap lays down there. */
export const isOfAnotherType = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('WRONGTYPE');
