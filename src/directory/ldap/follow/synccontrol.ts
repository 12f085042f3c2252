import { BerReader, BerWriter, Control } from 'ldapts';
import { enter, present, readOptional, readUntil } from '../wire/ber.ts';

/** The control of content synchronisation, as servers say that they support it. @see RFC 4533 */
export const SYNC_REQUEST = '1.3.6.1.4.1.4203.1.9.1.1';
/** What comes with each entry. */
export const SYNC_STATE = '1.3.6.1.4.1.4203.1.9.1.2';
/** What a word in between is called. */
export const SYNC_INFO = '1.3.6.1.4.1.4203.1.9.1.4';
/** The result (e-syncRefreshRequired) that says that a cookie leads nowhere. */
export const REFRESH_REQUIRED = 4096;

const OCTETS = 0x04;
const BOOLEAN = 0x01;
const SET = 0x31;
const INFO = { cookie: 0x80, refreshDelete: 0xa1, refreshPresent: 0xa2, ids: 0xa3 } as const;
const REFRESH_AND_PERSIST = 3;

/** Asks for all that there is, or all that changed since `cookie`, and then for what changes. */
export class SyncRequest extends Control {
  readonly #cookie: Buffer | undefined;

  constructor(cookie?: Buffer) {
    super(SYNC_REQUEST, { critical: true });
    this.#cookie = cookie;
  }

  protected override writeControl(writer: BerWriter): void {
    const own = new BerWriter();
    own.startSequence();
    own.writeEnumeration(REFRESH_AND_PERSIST);
    if (this.#cookie !== undefined) own.writeBuffer(this.#cookie, OCTETS);
    own.endSequence();
    writer.writeBuffer(own.buffer, OCTETS);
  }
}

/** What has become of an entry, by its id, 16 bytes that never change. */
export interface SyncState {
  readonly state: (typeof STATES)[number];
  readonly id: Buffer;
  readonly cookie: Buffer | undefined;
}

const STATES = ['present', 'add', 'modify', 'delete'] as const;

/**
 * Reads what came with an entry.
 * @throws {Error} where it is none
 */
export function readSyncState(value: Buffer): SyncState {
  const reader = new BerReader(value);
  const end = enter(reader);
  const state = STATES[present(reader.readEnumeration())];
  if (state === undefined) throw new Error('an entry in an unknown state');
  const id = readId(reader);
  return { state, id, cookie: readCookie(reader, end) };
}

/** A word in between. */
export type SyncInfo = { readonly cookie: Buffer | undefined } & (
  | { readonly is: 'cookie' }
  /** A phase is over: `present`: whoever was not shown in it is gone; and, where it is the last one, the refresh. */
  | { readonly is: 'refreshDelete' | 'refreshPresent'; readonly isDone: boolean }
  /** So many are gone, or are as they were. */
  | { readonly is: 'gone' | 'present'; readonly ids: readonly Buffer[] }
);

/**
 * Reads a word in between.
 * @throws {Error} where it is none
 */
export function readSyncInfo(value: Buffer): SyncInfo {
  const reader = new BerReader(value);
  const tag = present(reader.peek());
  if (tag === INFO.cookie)
    return { is: 'cookie', cookie: present(reader.readString(INFO.cookie, true)) };
  const end = enter(reader, tag);
  const cookie = readCookie(reader, end);
  const flag = readOptional(reader, end, BOOLEAN, () => reader.readBoolean());
  switch (tag) {
    case INFO.refreshDelete:
      return { is: 'refreshDelete', cookie, isDone: flag ?? true };
    case INFO.refreshPresent:
      return { is: 'refreshPresent', cookie, isDone: flag ?? true };
    case INFO.ids: {
      const ids: Buffer[] = [];
      readUntil(reader, enter(reader, SET), () => ids.push(readId(reader)));
      return { is: flag === true ? 'gone' : 'present', cookie, ids };
    }
    default:
      throw new Error(`a word of the unknown kind ${tag}`);
  }
}

const readCookie = (reader: BerReader, end: number): Buffer | undefined => {
  const cookie = readOptional(reader, end, OCTETS, () => reader.readString(OCTETS, true));
  if (cookie !== undefined && cookie.length > MAX_COOKIE_BYTES)
    throw new Error(`a cookie of ${cookie.length} bytes`);
  return cookie;
};

/** OpenLDAP's has some 60 bytes for each server that is written to. */
const MAX_COOKIE_BYTES = 64 * 1024;

function readId(reader: BerReader): Buffer {
  const id = present(reader.readString(OCTETS, true));
  if (id.length !== 16) throw new Error(`an entry's id of ${id.length} bytes, it has 16`);
  return id;
}
