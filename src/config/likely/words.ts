import { synonymsOf } from './synonyms.ts';
import { textOf } from './text.ts';

/** The truth value that `written` may mean. */
export function likelyFlags(written: unknown): readonly boolean[] {
  const text = textOf(written);
  if (/^(?:yes|y|on|true|1|enabled?|ja|oui|si|sí)$/i.test(text)) return [true];
  return /^(?:no|n|off|false|0|disabled?|nein|non|never)$/i.test(text) ? [false] : [];
}

/** Powers that people write behind a number. */
const POWERS: Readonly<Record<string, number>> = { '': 1, k: 1000, m: 1_000_000 };

/** Numbers that are as good as none where there has to be one, the largest first. */
const MOST = [10_000_000, 1_000_000, 100_000, 10_000, 1000, 100, 10];

/** The whole numbers that `written` may mean: it is in quotes, has signs between its digits, or is no limit. */
export function likelyCounts(written: unknown): readonly number[] {
  if (/^(?:unlimited|infinite|infinity|no limit|max(?:imum)?|off|none|-1)$/i.test(textOf(written)))
    return MOST;
  if (typeof written === 'number') return [Math.round(written)];
  const { digits, power = '' } =
    /^(?<digits>\d{1,3}(?:[\s_,.']\d{3})+|\d+)\s*(?<power>[km]?)$/i.exec(textOf(written))?.groups ??
    {};
  if (digits === undefined) return [];
  return [Number(digits.replaceAll(/\D/g, '')) * (POWERS[power.toLowerCase()] ?? 1)];
}

/** What delimiters are called; whoever only turns them on means the usual one. */
const DELIMITERS: ReadonlyMap<string, string> = new Map([
  ['plus', '+'],
  ['true', '+'],
  ['yes', '+'],
  ['on', '+'],
  ['minus', '-'],
  ['dash', '-'],
  ['hyphen', '-'],
  ['dot', '.'],
  ['underscore', '_'],
  ['equals', '='],
  ['hash', '#'],
]);

/** Delimiters that `written` may mean: in a list, with commas between them, or none. */
export function likelyDelimiters(written: unknown): readonly string[] {
  const items: readonly unknown[] = Array.isArray(written) ? written : [written];
  const text = items.map(textOf).join('');
  const named = DELIMITERS.get(text.toLowerCase());
  if (named !== undefined) return [named];
  if (/^(?:no|none|off|false|never)$/i.test(text)) return [''];
  return [text.replaceAll(/[\s,"']/g, '')];
}

/** What is said of truth where a word is meant. */
const TRUTHS: ReadonlyMap<string, readonly string[]> = new Map([
  ['true', ['always', 'on', 'required', 'members', 'plain', 'debug', 'any']],
  ['false', ['off', 'never', 'none', 'hash', 'info', 'any']],
]);

/** The words out of `values` that `written` may mean. */
export function likelyWords(written: unknown, values: readonly string[]): readonly string[] {
  const text = textOf(written)
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, '');
  const truths = TRUTHS.get(text) ?? [];
  const [only, other] = values.filter((value) => isPartOf(value.toLowerCase(), text));
  return [
    ...values.filter((value) => value.toLowerCase() === text),
    ...truths.filter((truth) => values.includes(truth)),
    ...synonymsOf(text, values),
    ...(only !== undefined && other === undefined ? [only] : []),
  ];
}

/** Whether one is written shorter or longer than the other: `postgres`, `warning`. Which database `sql` is, it does not say. */
const isPartOf = (value: string, text: string): boolean =>
  text.length >= 3 &&
  text !== 'sql' &&
  value.length >= 3 &&
  (value.startsWith(text) || text.includes(value));

/** What others call what stands for a person's parts. */
const PLACES: readonly (readonly [RegExp, string])[] = [
  [/^\{(?:address|e?-?mail)\}$/i, '%s'],
  [/^(?:\{(?:user|local|local_?part)\}|%n)$/i, '%u'],
  [/^\{domain\}$/i, '%d'],
  [/^\{(?:uid|uuid)\}$/i, '{id}'],
  [/^\{(?:user_?name|name)\}$/i, '{login}'],
];

/** Templates that `written` may mean: their placeholders in lower case, or as others write them, or a sign as it stands. */
export const likelyTemplates = (written: unknown): readonly string[] => {
  const text = textOf(written);
  return [
    text.replaceAll(/%[a-z]|\{\w+\}/gi, (place) => place.toLowerCase()),
    text.replaceAll(/%\w|\{[\w-]+\}/g, (place) => {
      const [, known] = PLACES.find(([pattern]) => pattern.test(place)) ?? [];
      return known ?? place;
    }),
    text.replaceAll(/%(?![a-z%])/gi, '%%'),
  ];
};
