import type { Maybe } from '../directory/directory.ts';
import { andThen } from '../directory/maybe.ts';
import type { Context, Outcome, Unknown } from '../lookup/outcome.ts';
import type { Source } from '../lookup/path.ts';
import { type Answer, type MapHandler, NOTFOUND, tempOf } from './answer.ts';
import { cutOff, extendEach } from './extension.ts';
import { deriveKeys, type KeyMode } from './keys.ts';

export interface TableOptions {
  /** The tables in the order in which they are asked. */
  readonly sources: readonly Source<string>[];
  readonly keys: KeyMode;
  readonly delimiters: string;
  /** `%s` stands for each value, `%%` for a percent sign. */
  readonly result: string;
  /** Whether an extension that was cut off the key goes on to the addresses that are answered. */
  readonly propagateExtension: 'yes' | 'no';
  /** What a fault says: for a blacklist, `notfound` lets mail through. */
  readonly whenUnknown: 'temp' | 'notfound';
}

/**
 * Makes a map of kind `table`: the first derived key that has values in any table gives the answer, joined by commas.
 * Keys outside, tables inside, as Postfix asks the tables of one parameter (`mail_addr_find.c`): the catch-all of the
 * first table takes no mail of an address that stands in the second. Only a *none* goes on; a doubt ends the search,
 * whatever a later table or key may hold, for what was not seen goes before it.
 */
export function createTableMap(options: TableOptions): MapHandler {
  const { sources, whenUnknown } = options;
  return (key, context) => {
    const keys = deriveKeys(key, options.keys, options.delimiters);
    return askFrom(keys, 0, context);
  };

  /** What the values of one of the `keys` come to; empty: nothing. */
  function answerOf(values: readonly string[], keys: readonly string[], key: string): string {
    const data = format(values, options.result);
    if (options.propagateExtension === 'no') return data;
    const extension = cutOff(keys[0] ?? '', key, options.delimiters);
    return extension === undefined ? data : extendEach(data, extension);
  }

  /** Asks the `index`th question on: all tables for the first key, all for the second … */
  function askFrom(keys: readonly string[], index: number, context: Context): Maybe<Answer> {
    const key = keys[Math.trunc(index / sources.length)];
    const source = sources[index % sources.length];
    if (key === undefined || source === undefined) return NOTFOUND;
    return andThen(source.lookup(key, context), (settled: Outcome<string>): Maybe<Answer> => {
      if (settled.status === 'none') return askFrom(keys, index + 1, context);
      if (settled.status === 'unknown') return answerDoubt(settled);
      const data = answerOf(settled.value, keys, key);
      if (data !== '') return { status: 'OK', data };
      // A key without a value counts as absent; an old answer does not prove that it still has none.
      return settled.stale === undefined
        ? askFrom(keys, index + 1, context)
        : answerDoubt(settled.stale);
    });
  }

  function answerDoubt(doubt: Unknown): Answer {
    return whenUnknown === 'notfound' ? NOTFOUND : tempOf(doubt);
  }
}

/** Without `%s` all values come to the same, which is said once: only that there are any is asked. */
function format(values: readonly string[], result: string): string {
  const texts = values
    .filter((value) => value !== '')
    .map((value) => result.replaceAll(/%[s%]/g, (mark) => (mark === '%s' ? value : '%')));
  return /^(?:[^%]|%%)*$/.test(result) ? (texts[0] ?? '') : texts.join(',');
}
