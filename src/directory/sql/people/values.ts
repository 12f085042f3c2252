import { isMailbox, normaliseAddress } from '../../../address/address.ts';
import { Fault } from '../../directory.ts';
import type { Row } from '../engine.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The texts in a value: of a list all, of NULL none, and none that is empty.
 * @throws {Fault} `entry` where it is no text
 */
export function textsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  const text = textOf(value);
  return text === '' ? [] : [text];
}

function textOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'undefined':
      return '';
    case 'object':
      return value === null ? '' : decode(value);
    case 'symbol':
    case 'function':
      throw new Fault('bug', 'a driver gave what is no value');
  }
}

function decode(bytes: object): string {
  if (!(bytes instanceof Uint8Array)) throw new Fault('entry', 'a column holds what is no text');
  try {
    return UTF8.decode(bytes);
  } catch (error) {
    throw new Fault('entry', 'a column holds bytes that are no UTF-8', { cause: error });
  }
}

/** The texts in one column of some rows, each once. */
export const column = (rows: readonly Row[], name: string): readonly string[] => [
  ...new Set(rows.flatMap((row) => textsIn(row[name]))),
];

/** The addresses in one column: each value one, or several with commas or blanks between them. */
export const addressColumn = (rows: readonly Row[], name: string): readonly string[] => [
  ...new Set(column(rows, name).flatMap(splitAddresses)),
];

/** Columns that hold addresses of whom a statement shows. */
const COLUMNS = ['address', 'alias'];

/** The texts in those columns, as the database has them. */
export const addressesIn = (rows: readonly Row[]): readonly string[] =>
  rows.flatMap((row) => COLUMNS.flatMap((name) => textsIn(row[name])));

const splitAddresses = (text: string): readonly string[] =>
  isMailbox(text) ? [text] : text.split(/[\s,]+/u).filter((part) => part !== '');

/** An address as it is compared; what is none stays as it is. */
export const comparable = (text: string): string => normaliseAddress(text.trim()) ?? text;

const YES = new Set(['1', 't', 'true', 'y', 'yes', 'on', 'active', 'enabled']);
const NO = new Set(['0', 'f', 'false', 'n', 'no', 'off', 'inactive', 'disabled', '\0']);

/**
 * Whether a row says that its account, or member, is enabled: in the column `name`, where there is one.
 * @throws {Fault} `entry` where it says neither
 */
export function isEnabled(row: Row, name: string): boolean {
  if (!(name in row)) return true;
  const value = row[name];
  // A BIT(1) of MySQL's.
  if (value instanceof Uint8Array && value.length === 1 && (value[0] ?? 2) < 2)
    return value[0] === 1;
  const [text = ''] = textsIn(value);
  if (YES.has(text.toLowerCase())) return true;
  if (NO.has(text.toLowerCase())) return false;
  const shown = text === '' ? 'NULL' : JSON.stringify(text.slice(0, 20));
  throw new Fault('entry', `the column ${name} is ${shown}, neither true nor false`);
}
