import { BerReader, BerWriter, Control } from 'ldapts';
import { enter, present } from '../wire/ber.ts';

/** Active Directory's control for what changed. @see [MS-ADTS] 3.1.1.3.4.1.3 */
export const DIR_SYNC = '1.2.840.113556.1.4.841';

/** What the login may see counts, so that no right to replicate secrets is needed. */
const OBJECT_SECURITY = 1;
const OCTETS = 0x04;
/** So much may come at a time. */
const MOST_BYTES = 1024 * 1024;

/** Asks for what changed since `cookie`, empty: ever. */
export class DirSyncRequest extends Control {
  readonly #cookie: Buffer;

  constructor(cookie: Buffer) {
    super(DIR_SYNC, { critical: true });
    this.#cookie = cookie;
  }

  protected override writeControl(writer: BerWriter): void {
    const own = new BerWriter();
    own.startSequence();
    own.writeInt(OBJECT_SECURITY);
    own.writeInt(MOST_BYTES);
    own.writeBuffer(this.#cookie, OCTETS);
    own.endSequence();
    writer.writeBuffer(own.buffer, OCTETS);
  }
}

/**
 * Reads how it goes on: from where, and whether there is more at once.
 * @throws {Error} where it is none
 */
export function readDirSync(value: Buffer): { readonly hasMore: boolean; readonly cookie: Buffer } {
  const reader = new BerReader(value);
  enter(reader);
  const hasMore = present(reader.readInt()) !== 0;
  present(reader.readInt());
  return { hasMore, cookie: present(reader.readString(OCTETS, true)) };
}
