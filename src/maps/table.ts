import type { Maybe } from '../directory/directory.ts';
import type { Context, Outcome } from '../lookup/outcome.ts';
import type { Source } from '../lookup/path.ts';
import { type Answer, type MapHandler, NOTFOUND, tempOf } from './answer.ts';
import { deriveKeys, type KeyMode } from './keys.ts';

export interface TableOptions {
  readonly source: Source<string>;
  readonly keys: KeyMode;
  readonly delimiters: string;
  /** `%s` stands for each value, `%%` for a percent sign. */
  readonly result: string;
  /** What a fault says: for a blacklist, `notfound` lets mail through. */
  readonly whenUnknown: 'temp' | 'notfound';
}

/** Makes a map of kind `table`: the first derived key that has values gives the answer, joined by commas. */
export function createTableMap(options: TableOptions): MapHandler {
  const { source, whenUnknown } = options;
  return (key, context) => {
    const keys = deriveKeys(key, options.keys, options.delimiters);
    return askFrom(keys, 0, context);
  };

  function askFrom(keys: readonly string[], index: number, context: Context): Maybe<Answer> {
    const key = keys[index];
    if (key === undefined) return NOTFOUND;
    const outcome = source.lookup(key, context);
    const conclude = (settled: Outcome<string>): Maybe<Answer> => {
      if (settled.status === 'none') return askFrom(keys, index + 1, context);
      if (settled.status === 'unknown')
        return whenUnknown === 'notfound' ? NOTFOUND : tempOf(settled);
      const data = format(settled.value, options.result);
      return data === '' ? askFrom(keys, index + 1, context) : { status: 'OK', data };
    };
    return outcome instanceof Promise ? outcome.then(conclude) : conclude(outcome);
  }
}

const format = (values: readonly string[], result: string): string =>
  values
    .filter((value) => value !== '')
    .map((value) => result.replaceAll(/%[s%]/g, (mark) => (mark === '%s' ? value : '%')))
    .join(',');
