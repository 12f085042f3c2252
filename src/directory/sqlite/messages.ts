import { deserialize, serialize } from 'node:v8';

/** What a reader is asked. */
export interface Question {
  /** From 1 on. */
  readonly id: number;
  readonly text: string;
  readonly values: readonly string[];
}

/** What it says; of question 0, that it has opened the file. */
export type Answer =
  | { readonly id: number; readonly names: readonly string[]; readonly rows: readonly unknown[] }
  | { readonly id: number; readonly message: string; readonly code: number };

/** What a reader's error is outside of it. `code` is SQLite's, extended. */
export class SqliteError extends Error {
  readonly code: number;
  constructor(message: string, code: number) {
    super(message);
    this.name = 'SqliteError';
    this.code = code;
  }
}

const HEAD_BYTES = 5;

/** How a body is written. */
const JSON_TEXT = 0;
const V8_VALUE = 1;

/** Writes a message for the other process: its length, how it is written, and itself. */
export function encode(message: Question | Answer): Buffer {
  const isText = isPlain(message);
  const body = isText ? Buffer.from(JSON.stringify(message)) : serialize(message);
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  head.writeUInt32LE(body.length);
  head[HEAD_BYTES - 1] = isText ? JSON_TEXT : V8_VALUE;
  return Buffer.concat([head, body]);
}

/** Reads what `encode` has written of a question, without its length. */
export function decodeQuestion(body: Buffer): Question {
  const question: Question = decode(body);
  return question;
}

/** The same of an answer. */
export function decodeAnswer(body: Buffer): Answer {
  const answer: Answer = decode(body);
  return answer;
}

const decode = (body: Buffer) =>
  body[0] === JSON_TEXT ? JSON.parse(body.toString('utf8', 1)) : deserialize(body.subarray(1));

/** Whether it is made of texts: JSON takes a tenth of the time, but a row may hold bytes and great numbers. */
function isPlain(message: Question | Answer): boolean {
  if (!('rows' in message)) return true;
  return message.rows.every((row) => Array.isArray(row) && row.every(isText));
}

const isText = (value: unknown): boolean => typeof value === 'string' || value === null;

/** Makes what takes bytes as they come, and gives the messages that are complete, for `decodeAnswer`. */
export function createSplitter(): (chunk: Buffer) => readonly Buffer[] {
  let begun: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const messages: Buffer[] = [];
    let rest = begun.length === 0 ? chunk : Buffer.concat([begun, chunk]);
    while (rest.length >= HEAD_BYTES) {
      const end = HEAD_BYTES + rest.readUInt32LE();
      if (rest.length < end) break;
      messages.push(rest.subarray(HEAD_BYTES - 1, end));
      rest = rest.subarray(end);
    }
    begun = rest;
    return messages;
  };
}
