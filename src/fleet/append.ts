import type { Engine } from './engine.ts';

export interface Stream {
  readonly key: string;
  /** So many lines are kept, and some more: the engine drops them by the hundred. */
  readonly most: number;
}

/** Lays what was sealed at the end of a stream, which it begins only where it is told to; gives the line's id. */
export const append = (
  engine: Engine,
  { key, most }: Stream,
  closed: Buffer,
  how: 'begins' | 'goes on',
): Promise<unknown> =>
  engine.call(
    'XADD',
    key,
    ...(how === 'begins' ? [] : ['NOMKSTREAM']),
    'MAXLEN',
    '~',
    most,
    '*',
    'n',
    closed,
  );
