import { BerWriter } from 'ldapts';
import { SYNC_INFO, SYNC_STATE } from '../../../../src/directory/ldap/follow/synccontrol.ts';
import { encode, entry } from '../peer.ts';

const OCTETS = 0x04;
const STATES = ['present', 'add', 'modify', 'delete'] as const;

/** The id of somebody, by a number. */
export const idOf = (number: number): Buffer => Buffer.alloc(16, number);

/** The same as the feed writes it. */
export const textOf = (number: number): string =>
  idOf(number)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** What comes with an entry. */
export function stateValue(
  state: (typeof STATES)[number],
  id: Buffer,
  cookie: string | undefined,
): Buffer {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeEnumeration(STATES.indexOf(state));
  writer.writeBuffer(id, OCTETS);
  if (cookie !== undefined) writer.writeString(cookie);
  writer.endSequence();
  return writer.buffer;
}

/** One entry with its state. */
export function syncEntry(
  id: number,
  state: (typeof STATES)[number],
  number: number,
  attributes: Readonly<Record<string, string>>,
  cookie?: string,
): Buffer {
  const uid = attributes['uid'] ?? attributes['cn'] ?? '';
  const plain = entry(
    id,
    `uid=${uid},ou=people,dc=x`,
    Object.entries(attributes).map(([name, value]) => [name, [value]] as const),
  );
  return withControls(plain, [[SYNC_STATE, stateValue(state, idOf(number), cookie)]]);
}

/** A message with controls behind what it holds. */
export function withControls(
  message: Buffer,
  controls: readonly (readonly [oid: string, value: Buffer])[],
): Buffer {
  const writer = new BerWriter();
  writer.startSequence(0xa0);
  for (const [oid, value] of controls) {
    writer.startSequence();
    writer.writeString(oid);
    writer.writeBuffer(value, OCTETS);
    writer.endSequence();
  }
  writer.endSequence();
  const head = message.readUInt8(1) < 0x80 ? 2 : 2 + (message.readUInt8(1) & 0x7f);
  const content = Buffer.concat([message.subarray(head), writer.buffer]);
  const length = Buffer.alloc(6);
  length.writeUInt16BE(0x3084);
  length.writeUInt32BE(content.length, 2);
  return Buffer.concat([length, content]);
}

/** A word in between: that a phase is over, or who is as they were, or gone. */
export function syncInfo(
  id: number,
  is: 'refreshDelete' | 'refreshPresent' | 'present' | 'gone',
  numbers: readonly number[] = [],
  cookie?: string,
): Buffer {
  return encode(id, 0x79, (writer) => {
    writer.writeString(SYNC_INFO, 0x80);
    writer.writeBuffer(infoValue(is, numbers.map(idOf), cookie), 0x81);
  });
}

/** What such a word says. */
export function infoValue(
  is: Parameters<typeof syncInfo>[1],
  ids: readonly Buffer[],
  cookie?: string,
): Buffer {
  const writer = new BerWriter();
  const isSet = is === 'present' || is === 'gone';
  writer.startSequence(isSet ? 0xa3 : is === 'refreshDelete' ? 0xa1 : 0xa2);
  if (cookie !== undefined) writer.writeString(cookie);
  if (is === 'gone') writer.writeBoolean(true);
  if (isSet) {
    writer.startSequence(0x31);
    for (const each of ids) writer.writeBuffer(each, OCTETS);
    writer.endSequence();
  }
  writer.endSequence();
  return writer.buffer;
}
