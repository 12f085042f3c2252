import { serialize } from 'node:v8';

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

const HEAD_BYTES = 4;

/** Writes a message for the other process: its length, then what V8 makes of it, for a row may hold bytes and great numbers. */
export function encode(message: Question | Answer): Buffer {
  const body = serialize(message);
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  head.writeUInt32LE(body.length);
  return Buffer.concat([head, body]);
}

/** Makes what takes bytes as they come, and gives the messages that are complete, for `deserialize`. */
export function createSplitter(): (chunk: Buffer) => readonly Buffer[] {
  let begun: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const messages: Buffer[] = [];
    let rest = begun.length === 0 ? chunk : Buffer.concat([begun, chunk]);
    while (rest.length >= HEAD_BYTES) {
      const end = HEAD_BYTES + rest.readUInt32LE();
      if (rest.length < end) break;
      messages.push(rest.subarray(HEAD_BYTES, end));
      rest = rest.subarray(end);
    }
    begun = rest;
    return messages;
  };
}
