import { SQL_PRESETS } from '../../../../src/directory/sql/presets/presets.ts';
import type { Dialect } from '../../../../src/directory/sql/text/tokens.ts';
import { dbmailProduct } from './dbmail.ts';
import { iredmailProduct } from './iredmail.ts';
import { mailcowProduct } from './mailcow.ts';
import { modoboaProduct } from './modoboa.ts';
import { postfixadminProduct } from './postfixadmin.ts';
import type { Product } from './product.ts';
import { virtualUsersProduct } from './virtualusers.ts';

/** All whose tables are known. */
export const PRODUCTS: readonly Product[] = [
  postfixadminProduct,
  dbmailProduct,
  iredmailProduct,
  mailcowProduct,
  modoboaProduct,
  virtualUsersProduct,
];

/** Those that work with a database. */
export const productsOf = (dialect: Dialect): readonly Product[] =>
  PRODUCTS.filter(({ preset }) => SQL_PRESETS[preset].engines.includes(dialect));
