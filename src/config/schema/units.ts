/** Milliseconds a unit of time. */
export const TIMES = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Bytes a unit of size. */
const SIZES = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

/** One way to write a quantity with its unit. */
interface Scale {
  /** What the quantity is, for messages: `a duration`. */
  readonly name: string;
  readonly example: string;
  readonly units: Readonly<Record<string, number>>;
}

const DURATION: Scale = { name: 'a duration', example: '60s', units: TIMES };
const SIZE: Scale = { name: 'a size', example: '16KiB', units: SIZES };

/**
 * Reads `200ms`, `60s`, `5m`, `24h` or `7d` as milliseconds.
 * @throws {SyntaxError} that shows how a duration is written
 */
export const parseDuration = (text: string): number => parseQuantity(text, DURATION);

/** Writes milliseconds in the largest unit that holds them whole: 90 000 is `90s`. */
export const formatDuration = (ms: number): string => formatQuantity(ms, TIMES);

/**
 * Reads `512B`, `16KiB`, `1MiB` or `1GiB` as bytes.
 * @throws {SyntaxError} that shows how a size is written
 */
export const parseSize = (text: string): number => parseQuantity(text, SIZE);

/** Writes bytes in the largest unit that holds them whole. */
export const formatSize = (bytes: number): string => formatQuantity(bytes, SIZES);

/**
 * Reads `50%` or `0.5%` as a share between 0 and 1.
 * @throws {SyntaxError} that shows how a percentage is written
 */
export function parseShare(text: string): number {
  const share = /^(\d+(?:\.\d+)?)\s?%$/.exec(text)?.[1];
  if (share === undefined || Number(share) > 100)
    throw new SyntaxError(`"${text}" is no percentage, write 0% to 100%`);
  return Number(share) / 100;
}

/** Writes a share between 0 and 1 as a percentage. Twelve digits hide what binary fractions add. */
export const formatShare = (share: number): string =>
  `${Number((share * 100).toPrecision(12)).toString()}%`;

function parseQuantity(text: string, { name, example, units }: Scale): number {
  const { count = '', unit = '' } = /^(?<count>\d+)\s?(?<unit>[a-z]+)$/i.exec(text)?.groups ?? {};
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  const quantity = Number(count) * (factor ?? Number.NaN);
  if (Number.isSafeInteger(quantity)) return quantity;
  throw new SyntaxError(
    `"${text}" is no ${name.slice(2)}, write ${name} such as ${example} (units: ${Object.keys(units).join(', ')})`,
  );
}

function formatQuantity(quantity: number, units: Readonly<Record<string, number>>): string {
  let best = '';
  for (const [unit, factor] of Object.entries(units)) {
    if (best === '' || (quantity !== 0 && quantity % factor === 0))
      best = `${quantity / factor}${unit}`;
  }
  return best;
}
