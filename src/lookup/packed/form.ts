import type { Kept } from '../kept.ts';
import type { Absent, Found, Unknown } from '../outcome.ts';

/** How a value becomes text and a value again; what is handed out is made anew each time. */
export interface Form<V extends Kept> {
  /** Its text without its life, as short as can be; absent: it is kept as the object that it is. */
  pack(value: V, key: string): string | undefined;
  unpack(text: string, key: string, life: Kept): V;
}

/** The same of what was found under a key. */
export interface Packing<T> {
  pack(values: readonly T[], key: string): string | undefined;
  unpack(text: string, key: string): readonly T[];
}

/** Stands between two fields, and in none: whoever has it in one is kept as an object. */
export const BETWEEN = '\n';

/** Joins fields; absent where they could not be told apart again. */
export function joinFields(fields: readonly string[]): string | undefined {
  return fields.some((field) => field.includes(BETWEEN)) ? undefined : fields.join(BETWEEN);
}

export const foundForm = <T>(packing?: Packing<T>): Form<Found<T> & Kept> => ({
  pack: ({ value }, key) => packing?.pack(value, key),
  unpack: (text, key, { askedAt, goodUntil, freshUntil, epoch }) => ({
    status: 'found',
    value: packing?.unpack(text, key) ?? [],
    askedAt,
    goodUntil,
    freshUntil,
    epoch,
  }),
});

/** By what a *none* can be proved, and its letter. */
const PROOFS = ['content', 'form', 'connection', 'probe'] as const;

export const absentForm: Form<Absent & Kept> = {
  pack: ({ proof: { by, how } }) => `${PROOFS.indexOf(by)}${how}`,
  unpack: (text, _key, { askedAt, goodUntil, freshUntil, epoch }) => ({
    status: 'none',
    proof: { by: PROOFS[Number(text.charAt(0))] ?? 'probe', how: text.slice(1) },
    askedAt,
    goodUntil,
    freshUntil,
    epoch,
  }),
};

/** Few are kept, and for seconds. */
export const unknownForm: Form<Unknown & Kept> = {
  pack: () => undefined,
  unpack: () => {
    throw new Error('a fault is kept as it is');
  },
};
