import { z } from 'zod';
import { likelyPaths, likelyPathsOrOff } from '../likely/names.ts';
import { likelyDurations, likelyShares } from '../likely/quantities.ts';
import { likelyCounts, likelyFlags } from '../likely/words.ts';
import { isFileName } from '../sources/paths.ts';
import { readSecretSource, Secret, type SecretSource } from '../sources/secret.ts';
import { type Notation, notations } from './notation.ts';
import {
  formatDuration,
  formatShare,
  formatSize,
  parseDuration,
  parseShare,
  parseSize,
} from './units.ts';

/** Makes a setting written as text. `parse` throws a `SyntaxError` for what it can't read; `format` writes it again. */
export function written<T>(
  notation: Notation,
  parse: (text: string) => T,
  format: (value: T) => string,
) {
  return z
    .codec(z.string(), z.custom<T>(), {
      decode: (text, context) => {
        try {
          return parse(text);
        } catch (error) {
          if (!(error instanceof SyntaxError)) throw error;
          context.issues.push({ code: 'custom', message: error.message, input: text });
          return z.NEVER;
        }
      },
      encode: format,
    })
    .register(notations, notation);
}

/** A text that reads as itself: `normalise` gives its one spelling, or nothing where it can't be meant. */
export const normalised = (
  notation: Notation,
  normalise: (text: string) => string | undefined,
  fault: string,
) =>
  written(
    notation,
    (text) => {
      const value = normalise(text);
      if (value === undefined) throw new SyntaxError(`${JSON.stringify(text)} ${fault}`);
      return value;
    },
    String,
  );

/** The longest time that a timer of Node's can wait, in whole days. */
export const LONGEST_TIMER = '24d';

/** A time with its unit; milliseconds inside. Bounds are inclusive and written as people would. */
export const duration = (least = '0ms', most = LONGEST_TIMER) =>
  written(
    { type: 'duration', likely: likelyDurations },
    (text) => boundedDuration(text, least, most),
    formatDuration,
  );

/** A duration or the word `off`. */
export const durationOrOff = (least = '1ms') =>
  written<number | 'off'>(
    { type: 'duration or `off`', likely: likelyDurations },
    (text) => (text === 'off' ? text : boundedDuration(text, least, LONGEST_TIMER)),
    (value) => (value === 'off' ? value : formatDuration(value)),
  );

function boundedDuration(text: string, least: string, most: string): number {
  const ms = parseDuration(text);
  if (ms < parseDuration(least)) throw new SyntaxError(`${text} is too short, least is ${least}`);
  if (ms > parseDuration(most)) throw new SyntaxError(`${text} is too long, most is ${most}`);
  return ms;
}

/** A size with its unit; bytes inside. */
export const size = () => written({ type: 'size' }, parseSize, formatSize);

/** A percentage; a number between 0 and 1 inside. */
export const share = () =>
  written({ type: 'percentage', likely: likelyShares }, parseShare, formatShare);

/** A whole number, bounds inclusive. */
export const count = (least: number, most = 10_000_000) =>
  z.int().min(least).max(most).register(notations, { type: 'whole number', likely: likelyCounts });

/** `true` or `false`. */
export const flag = () =>
  z.boolean().register(notations, { type: 'true or false', likely: likelyFlags });

/** The kernel's `PATH_MAX`. */
const MAX_PATH_BYTES = 4096;

/** A file's name, of so many bytes at most. Relative ones are made absolute before they get here. */
export const path = (most = MAX_PATH_BYTES) =>
  written(
    { type: 'path', place: 'path', likely: likelyPaths },
    (text) => checkPath(text, most),
    String,
  );

/** A module's: a file's name, or that of a package, which stands nowhere relative to anything. */
export const modulePath = () =>
  written(
    { type: 'path or package', place: 'module' },
    (text) => checkPath(text, MAX_PATH_BYTES),
    String,
  );

/** A file's name, or the word `off`. */
export const pathOrOff = () =>
  written(
    { type: 'path or `off`', place: 'path or off', likely: likelyPathsOrOff },
    (text) => checkPath(text, MAX_PATH_BYTES, true),
    String,
  );

function checkPath(text: string, most: number, mayBeOff = false): string {
  if (text === '') throw new SyntaxError('is empty, write a file or leave it out');
  if (text !== 'off' || !mayBeOff) checkFileName(text);
  if (text.includes('\0')) throw new SyntaxError(`${JSON.stringify(text)} is no file's name`);
  const bytes = Buffer.byteLength(text);
  if (bytes > most)
    throw new SyntaxError(`has ${bytes} bytes, it takes ${most}: choose a shorter one`);
  return text;
}

function checkFileName(text: string): void {
  if (text.includes('-----BEGIN'))
    throw new SyntaxError('is a certificate or key itself, write the name of a file that holds it');
  if (/(?:^|\/)\.{0,2}$/.test(text))
    throw new SyntaxError(`${JSON.stringify(text)} is a directory, name a file in it`);
  if (text === 'off') throw new SyntaxError("can't be off, write a file or leave it out");
  if (/^[~$]|\$\{/.test(text))
    throw new SyntaxError(
      `${JSON.stringify(text)} is read by no shell here, write the whole path: /etc/idpmap/…`,
    );
  if (!isFileName(text))
    throw new SyntaxError(`${JSON.stringify(text)} is no file's name, write one or leave it out`);
}

/** A password or key, kept elsewhere or written out; a `Secret` inside. The loader hands in secrets that it bound. */
export const secret = () =>
  z
    .codec(z.custom<Secret | SecretSource>(isSecret, SECRET_FAULT), z.instanceof(Secret), {
      decode: (source) => (source instanceof Secret ? source : new Secret(source)),
      // Where a password is left out, zod asks for that of nothing: an issue of a key that is absent is none.
      encode: (kept, context) => {
        if (kept instanceof Secret) return kept.source;
        context.issues.push({ code: 'custom', input: kept, message: 'is left out' });
        return z.NEVER;
      },
    })
    .register(notations, { type: 'secret', place: 'secret' });

const isSecret = (value: unknown): boolean =>
  value instanceof Secret || readSecretSource(value) !== undefined;

const SECRET_FAULT = 'is no secret, write { file: PATH }, { env: NAME } or text';

/** A list, or one item that stands for a list of itself. */
export function oneOrMany<T extends z.ZodType>(item: T) {
  // The list is checked right after, whatever it holds.
  const either = z.custom<z.input<T> | z.input<T>[]>();
  const schema = z.codec(either, z.array(item), {
    decode: (value) => (Array.isArray(value) ? value : [value]),
    encode: (items) => {
      const [first] = items;
      return items.length === 1 && first !== undefined ? first : items;
    },
  });
  notations.add<z.core.$ZodType>(schema, { alone: 'item' });
  return schema;
}
