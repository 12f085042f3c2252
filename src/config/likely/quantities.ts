import type { Hint } from '../schema/notation.ts';
import { formatDuration, TIMES } from '../schema/units.ts';
import { textOf } from './text.ts';

/** How people write units of time, by their first letters. */
const TIME_WORDS: readonly (readonly [RegExp, keyof typeof TIMES, number])[] = [
  [/^(?:ms|msecs?|millis|milliseconds?)$/, 'ms', 1],
  [/^(?:s|secs?|seconds?)$/, 's', 1],
  [/^(?:m|mins?|minutes?)$/, 'm', 1],
  [/^(?:h|hrs?|hours?)$/, 'h', 1],
  [/^(?:d|days?)$/, 'd', 1],
  [/^(?:w|wks?|weeks?)$/, 'd', 7],
  [/^(?:mo|months?)$/, 'd', 30],
  [/^(?:y|yrs?|years?)$/, 'd', 365],
];

const QUANTITY = /^(?<count>\d+(?:[.,]\d+)?)\s*(?<word>[a-z]*)\.?$/;

/** Durations that `written` may mean. A bare number has one of the units that people leave out: the nearest to `sample`. */
export function likelyDurations(written: unknown, { sample }: Hint): readonly unknown[] {
  // `~5m`, `every 5m`, `1_000ms`; none is negative.
  const text = textOf(written)
    .toLowerCase()
    .replace(/^(?:every|about|ca\.?|max\.?|[~<>=≤≈-]+)\s*(?=\d)/, '')
    .replaceAll(/(?<=\d)[_'](?=\d{3})/g, '');
  if (/^(?:false|off|never|none|no|disabled?)$/.test(text)) return ['off', '0ms'];
  if (textOf(written) === '-1') return ['off', ...LONGEST];
  // The first of these is the longest that a setting takes, where it can't be off.
  if (/^(?:unlimited|infinite|infinity|forever|always)$/.test(text)) return ['off', ...LONGEST];
  // Half the world's minute is the other's month.
  if (/^\d+\s*M$/.test(textOf(written))) return [];
  const read = readClock(text, sample) ?? readSeveral(text) ?? readOne(text, sample);
  // Where that is too long, the longest is meant.
  const first = read.map(msOf).find((ms) => ms !== undefined) ?? 0;
  const isShorter = (most: string): boolean => (msOf(most) ?? 0) < first;
  return [...read, ...LONGEST.filter(isShorter)];
}

/** The longest times that settings take. */
const LONGEST = ['365d', '24d', '1h', '90s', '60s'];

/** `00:05:00`; of two numbers, hours and minutes or minutes and seconds, whichever is nearer to what is usual. */
function readClock(text: string, sample: unknown): readonly string[] | undefined {
  const parts = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text)?.slice(1);
  if (parts === undefined) return undefined;
  const [first, second, third] = parts.map((part) => Number(part ?? Number.NaN));
  const inMs = (hours = 0, minutes = 0, seconds = 0): number =>
    hours * TIMES.h + minutes * TIMES.m + seconds * TIMES.s;
  const isWhole = parts[2] !== undefined;
  const meant = isWhole
    ? [inMs(first, second, third)]
    : [inMs(0, first, second), inMs(first, second)];
  const usual = msOf(sample) ?? TIMES.m;
  const distance = (ms: number): number => Math.abs(Math.log(ms / usual));
  return meant.toSorted((a, b) => distance(a) - distance(b)).map(formatDuration);
}

/** Milliseconds of a duration that is not 0, however long: also of one that no setting takes. Absent: `text` is none. */
function msOf(text: unknown): number | undefined {
  const { count, unit = '' } =
    /^(?<count>[1-9]\d*)(?<unit>ms|[smhd])$/.exec(textOf(text))?.groups ?? {};
  return count === undefined || !isTime(unit) ? undefined : Number(count) * TIMES[unit];
}

function readOne(text: string, sample: unknown): readonly unknown[] {
  const { count, word = '' } = QUANTITY.exec(text)?.groups ?? {};
  if (count === undefined) return [];
  const amount = Number(count.replace(',', '.'));
  return word === '' ? bareDurations(amount, sample) : withUnit(amount, word);
}

/** `1h30m`, `1 h 30 min`, and `PT1H30M` of ISO 8601. */
function readSeveral(text: string): readonly string[] | undefined {
  const bare = text.replace(/^p(?=t?\d)/, '').replace(/^(\d+d)?t/, '$1');
  const parts = [...bare.matchAll(/(\d+)\s*([a-z]+)\s*/g)];
  const isIso = bare !== text;
  if (parts.map(([part]) => part).join('') !== bare || parts.length < (isIso ? 1 : 2))
    return undefined;
  const ms = parts.reduce((sum, [, count, word = '']) => {
    const [, unit = 'ms', factor = Number.NaN] =
      TIME_WORDS.find(([pattern]) => pattern.test(word)) ?? [];
    return sum + Number(count) * factor * TIMES[unit];
  }, 0);
  return Number.isFinite(ms) ? [formatDuration(ms)] : [];
}

function withUnit(amount: number, word: string): readonly string[] {
  const [, unit = 's', factor] = TIME_WORDS.find(([pattern]) => pattern.test(word)) ?? [];
  return factor === undefined ? [] : spell(amount * factor, unit);
}

function bareDurations(amount: number, sample: unknown): readonly unknown[] {
  const text = String(sample);
  const own = /[a-z]+$/.exec(text)?.[0] ?? 's';
  const units = [own, 's', 'ms'].filter((unit) => isTime(unit));
  if (amount === 0) return ['off', ...units.map((unit) => `0${unit}`)];
  const usual = msOf(text);
  const distance = (unit: keyof typeof TIMES): number =>
    usual === undefined ? 0 : Math.abs(Math.log((amount * TIMES[unit]) / usual));
  return units.toSorted((a, b) => distance(a) - distance(b)).flatMap((unit) => spell(amount, unit));
}

const isTime = (unit: string): unit is keyof typeof TIMES => Object.hasOwn(TIMES, unit);

/** A duration is written in whole units: 1.5h is 90m. */
function spell(amount: number, unit: keyof typeof TIMES): readonly string[] {
  const ms = amount * TIMES[unit];
  if (!Number.isFinite(ms)) return [];
  const smaller = Object.entries(TIMES)
    .toSorted(([, a], [, b]) => b - a)
    .find(([, factor]) => factor <= TIMES[unit] && Number.isInteger(ms / factor));
  return smaller === undefined ? [] : [`${ms / smaller[1]}${smaller[0]}`];
}

/** Percentages that `written` may mean: 0.5 is half of it, 50 too. */
export function likelyShares(written: unknown, { sample }: Hint): readonly unknown[] {
  const text = textOf(written).toLowerCase();
  const [, top, bottom] = /^(\d+)\s*\/\s*([1-9]\d*)$/.exec(text) ?? [];
  if (top !== undefined) return [spellShare(Number(top) / Number(bottom))];
  const count = /^(?<count>\d*[.,]?\d+)\s*(?:%|percent|per cent)?$/.exec(text)?.groups?.['count'];
  if (count === undefined) return [];
  const amount = Number(count.replace(',', '.'));
  const isWritten = /[%p]/.test(text);
  if (isWritten || amount > 1) return [`${amount}%`];
  if (amount < 1) return [spellShare(amount)];
  // One is a hundredth or all of it.
  return /^(?:[5-9]\d|100)%$/.test(String(sample)) ? ['100%', '1%'] : ['1%', '100%'];
}

const spellShare = (share: number): string => `${Number((share * 100).toPrecision(6))}%`;
