import { foldKey, splitExtension } from '../../address/address.ts';
import type { Answer } from '../../maps/answer.ts';
import { itemsOf } from '../../maps/extension.ts';
import type { Meaning } from './meaning.ts';
import type { MapKind } from './options.ts';
import { WORDS } from './words.ts';

/** What mail would notice: nothing (`same`, `alike`), or what became of the key; `failed`: the old one did not answer. */
export type Effect = 'same' | 'alike' | 'refused' | 'taken' | 'otherwise' | 'deferred' | 'failed';

/** One key, compared. */
export interface Verdict {
  readonly effect: Effect;
  /** What mail would notice, in words. */
  readonly text: string;
}

/** Tells what mail would notice if idpmap answered in the old one's place. */
export function compareAnswers(key: string, old: Answer, ours: Answer, meaning: Meaning): Verdict {
  if (old.status !== 'OK' && old.status !== 'NOTFOUND')
    return { effect: 'failed', text: `not compared, the old one fails: ${old.reason}` };
  if (ours.status !== 'OK' && ours.status !== 'NOTFOUND')
    return { effect: 'deferred', text: `would be deferred (451): ${ours.reason}` };
  if (old.status === 'NOTFOUND')
    return ours.status === 'NOTFOUND' ? SAME : compareOne(key, ours.data, 'taken', meaning);
  return ours.status === 'NOTFOUND'
    ? compareOne(key, old.data, 'refused', meaning)
    : compareData(old.data, ours.data, meaning);
}

const SAME: Verdict = { effect: 'same', text: 'the same' };

/** What one has, and the other has not. */
function compareOne(
  key: string,
  data: string,
  effect: 'refused' | 'taken',
  { kind }: Meaning,
): Verdict {
  if (kind === 'aliases' && foldKey(data) === foldKey(key))
    return { effect: 'alike', text: 'the address itself, or no alias: it goes to the same' };
  return { effect, text: (WORDS[kind] ?? WORDS.table)[effect](data) };
}

/** Whatever stands there, it is there: that is all that Postfix wants to know. */
const EXISTENCE = new Set(['mailboxes', 'recipients', 'domains']);

function compareData(was: string, is: string, { kind, delimiters }: Meaning): Verdict {
  if (EXISTENCE.has(kind) || was === is) return SAME;
  const [before, after] = [itemsOf(was), itemsOf(is)];
  if (isSameSet(before, after, foldKey))
    return { effect: 'alike', text: 'alike but for order and case' };
  if (kind === 'table')
    return { effect: 'otherwise', text: `would be ${is}, and is ${was} until now` };
  const withoutExtension = (item: string): string => shorten(foldKey(item), delimiters);
  if (isSameSet(before, after, withoutExtension))
    return { effect: 'alike', text: `alike but for the extension: ${is}, until now ${was}` };
  return { effect: 'otherwise', text: tellChange(before, after, kind) };
}

/** Says whom a key loses and gains. */
function tellChange(before: readonly string[], after: readonly string[], kind: MapKind): string {
  const could = kind === 'senders' ? 'send as it' : 'get it';
  const lost = missing(before, after).join(', ');
  const gained = missing(after, before).join(', ');
  const texts = [
    ...(lost === '' ? [] : [`${lost} would not ${could} any more`]),
    ...(gained === '' ? [] : [`${gained} would ${could}`]),
  ];
  return texts.join('; ');
}

function isSameSet(
  one: readonly string[],
  other: readonly string[],
  form: (item: string) => string,
): boolean {
  const [ones, others] = [new Set(one.map(form)), new Set(other.map(form))];
  return ones.size === others.size && [...ones].every((item) => others.has(item));
}

function missing(of: readonly string[], among: readonly string[]): readonly string[] {
  const there = new Set(among.map(foldKey));
  return of.filter((item) => !there.has(foldKey(item)));
}

function shorten(item: string, delimiters: string): string {
  const at = item.lastIndexOf('@');
  const [base] = at > 0 ? (splitExtension(item.slice(0, at), delimiters) ?? []) : [];
  return base === undefined ? item : `${base}${item.slice(at)}`;
}
