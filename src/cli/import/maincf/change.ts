import type { KeyMode } from '../../../maps/keys.ts';
import type { Parameter } from '../parameters.ts';
import type { Note } from '../reader.ts';
import type { Expand } from './expand.ts';
import { isRestrictions, keyModeOf, whyRefused, whyStays } from './known.ts';
import { type Native, nativeIn, typeIn, type Word, wordsOf } from './words.ts';

/** Tables that become one map: those that stand side by side in a parameter, or one behind `check_…_access`. */
export interface Run {
  /** The parameter or the restriction, which names the map. */
  readonly parameter: string;
  readonly keys: KeyMode;
  readonly tables: readonly Native[];
}

/** A piece of a value: a word that stays, or tables that a map takes the place of. */
export type Piece =
  | { readonly kind: 'word'; readonly word: Word }
  | { readonly kind: 'run'; readonly word: Word; readonly run: Run };

/** What becomes of a parameter. */
export interface Change {
  readonly parameter: Parameter;
  /** Where it stands, for messages. */
  readonly where: string;
  readonly pieces: readonly Piece[];
}

export interface ChangeOptions {
  readonly file: string;
  readonly expand: Expand;
  /** Parameters that others refer to: administrators' own. What becomes of their tables is told where these are used. */
  readonly referred: ReadonlySet<string>;
  /** Names of `smtpd_restriction_classes`. */
  readonly classes: ReadonlySet<string>;
  /** Whether virtual(8) delivers, which takes no socketmap. */
  readonly isVirtual: boolean;
  /** Takes what is to be told. */
  readonly notes: Note[];
}

/** Finds the tables in a parameter that a map can take the place of, and tells why others stay; absent: nothing changes. */
export function findChange(parameter: Parameter, options: ChangeOptions): Change | undefined {
  const { name, line, value } = parameter;
  const where = `${options.file}:${line}`;
  const tell = (text: string, isEssential = false): void =>
    void options.notes.push({ where, text: `${name}: ${text}`, isEssential });
  const isList = !isRestrictions(name, options.classes);
  const words = wordsIn(value, options.expand);
  const pieces: Piece[] = [];
  for (const [i, word] of words.entries()) {
    const asked = isList ? name : (words[i - 1]?.text ?? '');
    const stays = whyStaysIn(asked, word.text, name, options);
    if (typeof stays === 'object') tell(`${word.text} stays: ${stays.text}`, stays.isEssential);
    add(pieces, stays === undefined ? pieceOf(word, asked) : { kind: 'word', word }, isList);
  }
  if (!pieces.some(({ kind }) => kind === 'run')) return undefined;
  if (isList) tellOrder(pieces, tell);
  return { parameter, where, pieces };
}

function pieceOf(word: Word, asked: string): Piece {
  const native = nativeIn(word.text);
  const keys = keyModeOf(asked);
  if (native === undefined || keys === undefined) return { kind: 'word', word };
  return { kind: 'run', word, run: { parameter: asked, keys, tables: [native] } };
}

/** Tables that stand side by side in a list are one map. */
function add(pieces: Piece[], piece: Piece, isList: boolean): void {
  const last = pieces.at(-1);
  if (!isList || last?.kind !== 'run' || piece.kind !== 'run') return void pieces.push(piece);
  const tables = [...last.run.tables, ...piece.run.tables];
  pieces[pieces.length - 1] = { ...last, run: { ...last.run, tables } };
}

/** Its words; those that refer to parameters in which there are tables are written out. */
function wordsIn(value: string, expand: Expand): readonly Word[] {
  return wordsOf(value).flatMap((word): readonly Word[] => {
    if (!word.text.includes('$')) return [word];
    const inner = wordsOf(expand(word.text));
    if (!inner.some(({ text }) => nativeIn(text) !== undefined)) return [word];
    return inner.map((each, i) => (i === 0 ? { ...each, before: word.before } : each));
  });
}

interface Why {
  readonly text: string;
  readonly isEssential?: boolean;
}

/** Why a word stays where it is; absent: it is a table that a map takes the place of. */
function whyStaysIn(
  asked: string,
  text: string,
  name: string,
  { isVirtual, referred }: ChangeOptions,
): Why | 'silently' | undefined {
  const isKnown = keyModeOf(asked) !== undefined || whyRefused(asked) !== undefined;
  if (nativeIn(text) === undefined) return isKnown ? whyOther(text) : 'silently';
  const refused = whyRefused(asked);
  if (refused !== undefined) return { text: refused };
  if (asked === 'virtual_mailbox_maps' && isVirtual)
    return {
      text: 'virtual(8) delivers, which takes no socketmap: mail would be accepted and then deferred; set virtual_transport to lmtp:… and import again',
      isEssential: true,
    };
  if (isKnown) return undefined;
  if (referred.has(name)) return 'silently';
  return { text: `which keys Postfix asks ${asked || 'it'} for is not known here` };
}

/** Why a word stays that is no table of a server. */
function whyOther(text: string): Why | 'silently' {
  const type = typeIn(text);
  if (/\{.*\b(?:ldap|pgsql|mysql|sqlite):/s.test(text))
    return { text: 'tables in braces are not read, name the file alone', isEssential: true };
  return type === undefined ? 'silently' : { text: whyStays(type) };
}

/** Postfix asks all tables for a key before any for a part of it; a map looks the parts up itself. */
function tellOrder(pieces: readonly Piece[], tell: (text: string) => void): void {
  const first = pieces.findIndex(({ kind }) => kind === 'run');
  const [run] = pieces.flatMap((piece) => (piece.kind === 'run' ? [piece.run] : []));
  if (run === undefined || run.keys === 'exact') return;
  const others = pieces.filter(
    ({ kind, word }) => kind === 'word' && typeIn(word.text) !== undefined,
  );
  if (others.length === 0 && pieces.filter(({ kind }) => kind === 'run').length === 1) return;
  const isBefore = others.some((piece) => pieces.indexOf(piece) < first);
  tell(
    `beside the map stand other tables: ${
      isBefore
        ? 'what those before it have for a part of a key (@domain, an address without its extension) counts after what the map finds'
        : 'what those behind it have counts after all that the map finds, its @domain included'
    }; where both have one address, put it into one of them`,
  );
}
