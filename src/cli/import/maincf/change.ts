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
  const { name, line } = parameter;
  const where = `${options.file}:${line}`;
  const words = wordsIn(parameter.value, options.expand);
  const tell = (text: string, isEssential = false): void =>
    void options.notes.push({ where, text: `${name}: ${text}`, isEssential });
  const stay = (text: string, why: string, isEssential = false): void =>
    tell(`${text} stays: ${why}`, isEssential);

  const isList = !isRestrictions(name, options.classes);
  const pieces: Piece[] = [];
  for (const [i, word] of words.entries()) {
    const native = nativeIn(word.text);
    const behind = words[i - 1]?.text ?? '';
    const asked = isList ? name : behind;
    const keys = keyModeOf(asked);
    const why = native && whyNot(asked, keys, options);
    if (native === undefined || keys === undefined || why !== undefined) {
      const isKnown = keys !== undefined || whyRefused(asked) !== undefined;
      if (native === undefined && isKnown) tellStaying(word.text, stay);
      if (native !== undefined && (isKnown || !options.referred.has(name)))
        stay(word.text, why?.text ?? '', why?.isEssential);
      pieces.push({ kind: 'word', word });
      continue;
    }
    const last = pieces.at(-1);
    if (isList && last?.kind === 'run') {
      const tables = [...last.run.tables, native];
      pieces[pieces.length - 1] = { ...last, run: { ...last.run, tables } };
    } else pieces.push({ kind: 'run', word, run: { parameter: asked, keys, tables: [native] } });
  }
  if (!pieces.some(({ kind }) => kind === 'run')) return undefined;
  if (isList) tellOrder(pieces, tell);
  return { parameter, where, pieces };
}

/** Its words; those that refer to parameters in which there are tables are written out. */
function wordsIn(value: string, expand: Expand): readonly Word[] {
  return wordsOf(value).flatMap((word): readonly Word[] => {
    if (!word.text.includes('$')) return [word];
    const inner = wordsOf(expand(word.text).text);
    if (!inner.some(({ text }) => nativeIn(text) !== undefined)) return [word];
    return inner.map((each, i) => (i === 0 ? { ...each, before: word.before } : each));
  });
}

function whyNot(
  asked: string,
  keys: KeyMode | undefined,
  { isVirtual }: ChangeOptions,
): { readonly text: string; readonly isEssential?: boolean } | undefined {
  const refused = whyRefused(asked);
  if (refused !== undefined) return { text: refused };
  if (asked === 'virtual_mailbox_maps' && isVirtual)
    return {
      text: 'virtual(8) delivers, which takes no socketmap: mail would be accepted and then deferred; set virtual_transport to lmtp:… and import again',
      isEssential: true,
    };
  if (keys === undefined)
    return { text: `which keys Postfix asks ${asked || 'it'} for is not known here` };
  return undefined;
}

function tellStaying(text: string, stay: (text: string, why: string, is?: boolean) => void): void {
  if (text.includes('{')) {
    if (/\b(?:ldap|pgsql|mysql|sqlite):/.test(text))
      stay(text, 'tables in braces are not read, name the file alone', true);
    else if (/^\w+:\{/.test(text)) stay(text, whyStays(typeIn(text) ?? ''));
    return;
  }
  const type = typeIn(text);
  if (type !== undefined) stay(text, whyStays(type));
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
