import type { Message } from 'ldapts';
import { Fault } from '../../directory.ts';
import type { LdapEntry } from '../search.ts';
import { type LdapMessage, type LdapResult, readId, readMessage } from './message.ts';

/** What an operation brought. */
export interface Reply extends LdapResult {
  readonly entries: readonly LdapEntry[];
  /** Pointers to other servers that hold a part of what was searched. */
  readonly references: readonly string[];
}

/** One question under way. */
export interface Operation {
  /** The type of message that ends it. */
  readonly answer: number;
  readonly entries: LdapEntry[];
  readonly references: string[];
  /** What it has brought so far. */
  bytes: number;
  /** Takes entries and words in between as they come, without end; absent: entries are gathered. */
  readonly hear?: Hear;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/** Takes what a search brings, one after the other. What it throws ends the connection. */
export type Hear = (heard: LdapMessage & { readonly kind: 'entry' | 'intermediate' }) => void;

/** RFC 4511, 4.1.1: a search's answers are entries and references before its result, so the result is two further. */
export function answerTo({ protocolOperation }: Message): number {
  return protocolOperation === SEARCH ? protocolOperation + 2 : protocolOperation + 1;
}

const SEARCH = 0x63;

/** The questions under way on one connection, by id. */
export interface Operations extends Map<number, Operation> {}

/** What comes of what a server sends. */
export interface Deliveries {
  /**
   * Takes a whole message.
   * @throws {Error} after which the connection can't be used
   */
  take(bytes: Buffer): void;
  /** Takes the head of one that is too large to be kept. */
  passOver(head: Buffer, bytes: number): void;
  /** How many questions were answered. */
  readonly answers: () => number;
  /** Whether anything came that answers nothing. */
  readonly hadStrays: () => boolean;
}

/** So many pointers to other servers are kept of one answer. */
const MAX_REFERENCES = 10_000;
/** An answer may have so many bytes, all its entries together, and so may what answers nothing that is asked. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * Creates what hands a connection's messages to the questions that they answer.
 * @param abandon tells the server that the answer to a question is not wanted any more
 */
export function createDeliveries(
  server: string,
  operations: Operations,
  abandon: (id: number) => void,
): Deliveries {
  let answers = 0;
  let hadStrays = false;
  /** Since the last answer. */
  let strayBytes = 0;

  /** Ends one question, whose answer is more than can be taken; the others go on. */
  function giveUp(id: number, what: string): void {
    const operation = operations.get(id);
    if (operation === undefined) return;
    answers += 1;
    operation.reject(new Fault('entry', `${server} answers with ${what}: let it find less`));
    abandon(id);
  }

  /** A late answer to what was abandoned, or what nobody asked for. */
  function passBy(bytes: number): void {
    hadStrays = true;
    strayBytes += bytes;
    if (strayBytes > MAX_ANSWER_BYTES) throw new Error('the server sends what nobody asked for');
  }

  function deliver(message: LdapMessage, operation: Operation): void {
    const { answer, entries, references, hear } = operation;
    switch (message.kind) {
      case 'too large':
        return giveUp(message.id, message.reason);
      case 'entry':
        if (hear !== undefined) hear(message);
        else entries.push(message.entry);
        return;
      case 'reference':
        // What goes on without end may tell of them without end.
        if (references.length < MAX_REFERENCES) references.push(...message.urls);
        return;
      case 'intermediate':
        hear?.(message);
        return;
      case 'result':
        if (message.type !== answer) throw new Error('an answer to something else than was asked');
        answers += 1;
        strayBytes = 0;
        operation.resolve({ ...message.result, entries, references });
    }
  }

  return {
    take(bytes) {
      const id = readId(bytes);
      if (id === 0) throw new Error(readNotice(bytes));
      const operation = operations.get(id);
      if (operation === undefined) return passBy(bytes.length);
      if (operation.hear === undefined) operation.bytes += bytes.length;
      if (operation.bytes > MAX_ANSWER_BYTES)
        return giveUp(id, `more than ${MAX_ANSWER_BYTES} bytes`);
      deliver(readMessage(bytes), operation);
    },
    passOver(head, bytes) {
      const id = readId(head);
      if (operations.has(id)) giveUp(id, `an entry of ${bytes} bytes`);
      else passBy(bytes);
    },
    answers: () => answers,
    hadStrays: () => hadStrays,
  };
}

/** RFC 4511, 4.4.1: the server's own word that it disconnects. */
function readNotice(bytes: Buffer): string {
  const message = readMessage(bytes);
  const words = message.kind === 'result' ? message.result.diagnostic : '';
  return `the server disconnects${words === '' ? '' : `: ${words}`}`;
}
