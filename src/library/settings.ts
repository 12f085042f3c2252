import { z } from 'zod';
import {
  count,
  duration,
  flag,
  oneOrMany,
  path,
  secret,
  share,
  size,
} from '../config/schema/values.ts';
import { mirror } from '../config/settings/mirror.ts';

/** How a setting is told in messages and the reference. */
export interface SettingText {
  readonly description: string;
  /** What somebody could write. */
  readonly example?: string;
}

const tell = <Schema extends z.ZodType>(
  schema: Schema,
  { description, example }: SettingText,
): Schema => schema.meta({ description, ...(example !== undefined && { examples: [example] }) });

/**
 * Makes the settings of a type of directory, as idpmap's own are written: durations become milliseconds, sizes bytes,
 * percentages numbers from 0 to 1, paths absolute, secrets a `Secret` to `read()`. Each must be there unless it is wrapped
 * in `optional` or `preset`.
 */
export const setting = {
  /** Any text that is not empty. */
  text: (about: SettingText) => tell(z.string().min(1), about),
  /** `http:` or `https:`, as text. */
  url: (about: SettingText) =>
    tell(
      z.string().refine(isWebUrl, {
        error: ({ input }) => `${JSON.stringify(input)} is no URL, write https://host/path`,
      }),
      about,
    ),
  /** One of a few words. */
  word: <const Word extends string>(words: readonly [Word, ...Word[]], about: SettingText) =>
    tell(z.enum(words), about),
  flag: (about: SettingText) => tell(flag(), about),
  /** A whole number, bounds inclusive. */
  count: (about: SettingText, least = 0, most = 10_000_000) => tell(count(least, most), about),
  /** `5s`, `100ms`; bounds are inclusive and written alike. */
  duration: (about: SettingText, least = '0ms', most = '24d') => tell(duration(least, most), about),
  /** `16KiB`. */
  size: (about: SettingText) => tell(size(), about),
  /** `50%`. */
  share: (about: SettingText) => tell(share(), about),
  /** A file's name. */
  path: (about: SettingText) => tell(path(), about),
  /** `{ file: PATH }`, `{ env: NAME }` or text. */
  secret: (about: SettingText) => tell(secret(), about),
  /** A list of them, or one alone. */
  list: <Item extends z.ZodType>(item: Item, about: SettingText) => tell(oneOrMany(item), about),
  /** Settings within a setting. */
  group: <Shape extends z.ZodRawShape>(shape: Shape, about: SettingText) =>
    tell(z.strictObject(shape), about),
  /** A durable copy of its people, for a directory that has `follow`; it may be left out. */
  mirror: () => mirror({}),
  /** It may be left out. */
  optional: <Schema extends z.ZodType>(schema: Schema) =>
    schema.exactOptional().meta(metaOf(schema)),
  /** Left out, it is as if `written` stood there. */
  preset: <Schema extends z.ZodType>(schema: Schema, written: z.input<Schema>) =>
    schema.prefault(written).meta(metaOf(schema)),
} as const;

const metaOf = (schema: z.ZodType) => schema.meta() ?? {};

function isWebUrl(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? '');
}
