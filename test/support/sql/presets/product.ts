import type { SqlPresetName } from '../../../../src/directory/sql/presets/presets.ts';
import type { Dialect } from '../../../../src/directory/sql/text/tokens.ts';

/** A product's tables with every kind of row that it makes, and what Postfix has to hear of them. */
export interface Product {
  readonly preset: SqlPresetName;
  /** The statements that make its tables, with the columns, types, keys, defaults and collations that it gives them. */
  readonly schema: (dialect: Dialect) => readonly string[];
  /** The statements that fill them. */
  readonly rows: (dialect: Dialect) => readonly string[];
  readonly domains: readonly string[];
  /** Domains that the product hands on, or that are disabled. */
  readonly foreign: readonly string[];
  readonly cases: readonly ProductCase[];
}

/** What an address is answered with; absent: NOTFOUND. */
export interface ProductCase {
  readonly title: string;
  readonly key: string;
  readonly mailboxes?: string;
  readonly aliases?: string;
  readonly senders?: string;
}

/** What nobody has. */
export const nobody = (title: string, key: string): ProductCase => ({ title, key });

/** Whoever gets no mail, and whom nobody may send as. */
export const disabled = (title: string, key: string): ProductCase => ({
  title,
  key,
  senders: 'no-login.invalid',
});

/** A mailbox that its owner sends from. */
export const mailbox = (title: string, key: string, login = key): ProductCase => ({
  title,
  key,
  mailboxes: key,
  senders: login,
});

/** What leads to others, and whom it may be sent from; nobody unless said. */
export const leads = (
  title: string,
  key: string,
  aliases: string,
  senders = 'no-login.invalid',
): ProductCase => ({ title, key, aliases, senders });

/** An account whose mail goes elsewhere, or there as well. */
export const forwards = (title: string, key: string, aliases: string): ProductCase => ({
  ...mailbox(title, key),
  aliases,
});

/** A text as SQL has it. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A row of some columns. */
export const insert = (
  table: string,
  row: Readonly<Record<string, string | number | null>>,
): string =>
  `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${Object.values(row)
    .map((value) => (value === null ? 'NULL' : literal(String(value))))
    .join(', ')})`;

/** The domain of an address. */
export const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1);

/** Its local part. */
export const localOf = (address: string): string => address.slice(0, address.lastIndexOf('@'));
