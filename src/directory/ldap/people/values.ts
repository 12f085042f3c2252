import { isUtf8 } from 'node:buffer';
import type { LdapEntry } from '../search.ts';

/** An attribute's values that are text; others are passed over. */
export function textsOf(entry: LdapEntry, attribute: string): readonly string[] {
  const texts: string[] = [];
  for (const value of entry.attributes.get(attribute.toLowerCase()) ?? []) {
    const text = value.toString('utf8');
    // What stands for bytes that are none may be there by itself; to look at the bytes costs as much as the text.
    if (!text.includes('\ufffd') || isUtf8(value)) texts.push(text);
  }
  return texts;
}

/** Bytes of AD's GUIDs, the first three fields of which are little-endian. */
const GUID_ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

/** A stable name of an entry: the first value there is of `attributes`, else its DN. AD's binary GUID is written out. */
export function idOf(entry: LdapEntry, attributes: readonly string[]): string {
  for (const attribute of attributes) {
    const [value] = entry.attributes.get(attribute.toLowerCase()) ?? [];
    if (value === undefined) continue;
    if (attribute.toLowerCase() === 'objectguid' && value.length === 16) return formatGuid(value);
    if (isUtf8(value)) return value.toString('utf8');
  }
  return entry.dn;
}

function formatGuid(value: Buffer): string {
  const hex = Buffer.from(GUID_ORDER.map((i) => value.readUInt8(i))).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
