import { parseStatement, type Statement } from './text/statement.ts';
import type { Dialect } from './text/tokens.ts';

/** One statement of a directory, under the name of its setting. */
export interface Part extends Statement {
  /** `people.account`, `tables.transport.query`. */
  readonly name: string;
}

/** An address that has all parts that a placeholder may stand for, and is nobody's. */
export const NOBODY = 'idpmap-asks-for-nobody@a.b.c.d.e.f.g.h.invalid';

/**
 * Reads the statement of a setting.
 * @throws {SyntaxError} that names the setting
 */
export function readPart(name: string, text: string, dialect: Dialect): Part {
  try {
    return { name, ...parseStatement(text, dialect) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SyntaxError(`${name}: ${error.message}`, { cause: error });
  }
}
