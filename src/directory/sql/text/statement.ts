import { RARE_CAPITALS, RARE_LETTERS } from '../../../address/rare.ts';
import {
  hasPlaceholders,
  joinParts,
  type Placeholder,
  type TemplateKey,
} from '../../templates/template.ts';
import { lookFor } from './lookfor.ts';
import { checkPlaces, checkReadOnly } from './refusals.ts';
import { type Relation, relationsOf } from './relations.ts';
import { type Dialect, type Token, tokensOf } from './tokens.ts';

/** A statement of the configuration, with parameters in the place of `%s` and the like. */
export interface Statement {
  /** As it is sent. */
  readonly text: string;
  /** The parameters for a key; absent where it lacks a part that has a place: then nothing is asked. */
  readonly bind: (key: TemplateKey) => readonly string[] | undefined;
  /** Whether it asks for anything of a key. */
  readonly hasPlaceholders: boolean;
  /** What it reads from, as far as that shows. */
  readonly relations: readonly Relation[];
  /** What shows whoever is stored with rare letters, in the same columns; absent: it can't be made. */
  readonly rare?: string;
  /** The same for whoever has an address as people mostly write it. */
  readonly usual?: string;
  /** Whether it may leave out rows that fit, or put several into one. */
  readonly isNarrowed: boolean;
}

/**
 * Reads a statement as `pgsql_table(5)`, `mysql_table(5)` and `sqlite_table(5)` have them. A value with a placeholder becomes
 * a parameter, the quotes around it included, so that no key can be read as SQL. A key is never a pattern, a name or code.
 * @throws {SyntaxError} with the offset of what is refused
 */
export function parseStatement(text: string, dialect: Dialect): Statement {
  const tokens = withoutEnd(tokensOf(text, dialect));
  checkReadOnly(tokens, dialect);
  checkPlaces(tokens);
  const values: (readonly (string | Placeholder)[])[] = [];
  let sent = '';
  for (const { parts, text: own, isAttached } of tokens) {
    let written = own;
    if (parts !== undefined) {
      values.push(parts);
      written = dialect === 'postgresql' ? `$${values.length}` : '?';
    }
    sent += (isAttached || sent === '' ? '' : ' ') + written;
  }
  const rare = lookFor(tokens, RARE, dialect);
  const usual = lookFor(tokens, USUAL, dialect);
  return {
    text: sent,
    ...(rare !== undefined && { rare }),
    ...(usual !== undefined && { usual }),
    bind: (key) => bindAll(values, key),
    hasPlaceholders: values.some(hasPlaceholders),
    relations: relationsOf(tokens),
    isNarrowed: tokens.some(({ kind, text: own }) => kind === 'word' && NARROWING.test(own)),
  };
}

const RARE = [...RARE_LETTERS, ...RARE_CAPITALS].join('');

/** As ranges: in brackets they mean the same to all databases. */
const USUAL = 'a-zA-Z0-9';

/** Words by which rows that fit are left out or put together. */
const NARROWING = /^(?:limit|fetch|group|having|distinct|min|max|any_value)$/i;

function bindAll(
  values: readonly (readonly (string | Placeholder)[])[],
  key: TemplateKey,
): readonly string[] | undefined {
  const bound: string[] = [];
  for (const parts of values) {
    const value = joinParts(parts, ({ letter, read }) =>
      /[SUD]/.test(letter) ? read(key).toLowerCase() : read(key),
    );
    if (value === undefined) return undefined;
    bound.push(value);
  }
  return bound;
}

const withoutEnd = (tokens: readonly Token[]): readonly Token[] =>
  tokens.at(-1)?.text === ';' ? tokens.slice(0, -1) : tokens;
