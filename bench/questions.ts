/** The domain whose accounts exist, and one that is configured and holds nobody. */
export const DOMAIN = 'example.com';
export const EMPTY_DOMAIN = 'example.net';

/** Whom a load asks for. */
export type KeySpec =
  /** Accounts 0 to `count`, the few of them much oftener than the many (Zipf, exponent 1). */
  | { readonly kind: 'zipf'; readonly count: number }
  /** Accounts from `from` on, one after the other, and from the start again after `count`. */
  | { readonly kind: 'accounts'; readonly from: number; readonly count: number }
  /** Nobody's addresses from the `from`-th on, each of them once; or from the start again after `count`. */
  | { readonly kind: 'strangers'; readonly from: number; readonly count?: number };

/** A request and its reply, as they are written on the wire. */
export interface Question {
  readonly request: string;
  /** The only right one; another is counted by its first word. */
  readonly reply: string;
}

/** Which replies are right: what is true of the key, or always that for the first account. */
export type Replies = 'true' | 'constant';

/** Names the `index`-th account. All names are of one length, and so are all replies. */
export const accountAt = (index: number): string => `user${digits(index)}@${DOMAIN}`;

/** Names the `index`-th of those who are nobody. */
export const strangerAt = (index: number): string => `nobody${digits(index)}@${EMPTY_DOMAIN}`;
const digits = (index: number): string => String(index).padStart(8, '0');

const frame = (payload: string): string => `${payload.length}:${payload},`;

/** What the bare responder always says. */
export const CONSTANT_REPLY = frame(`OK ${accountAt(0)}`);

/** Makes an endless supply of questions to `map`: the same one at each start. */
export function createQuestions(map: string, keys: KeySpec, replies: Replies): () => Question {
  const account = (index: number): Question => ({
    request: frame(`${map} ${accountAt(index)}`),
    reply: replies === 'constant' ? CONSTANT_REPLY : frame(`OK ${accountAt(index)}`),
  });
  if (keys.kind === 'zipf')
    return repeat(
      drawZipf(keys.count),
      Array.from({ length: keys.count }, (_, i) => account(i)),
    );
  const { from } = keys;
  let i = -1;
  if (keys.kind === 'accounts') {
    const { count } = keys;
    return () => {
      i++;
      return account(from + (i % count));
    };
  }
  const { count = Number.POSITIVE_INFINITY } = keys;
  return () => {
    i++;
    const address = strangerAt(from + (i % count));
    return { request: frame(`${map} ${address}`), reply: frame('NOTFOUND ') };
  };
}

function repeat(order: Uint32Array, questions: readonly Question[]): () => Question {
  let at = -1;
  return () => {
    at = (at + 1) % order.length;
    const question = questions[order[at] ?? 0];
    if (question === undefined) throw new RangeError(`there is no question ${order[at]}`);
    return question;
  };
}

const DRAWS = 1 << 18;

/** Draws from 0 to `count` with a weight of 1/(i + 1): the same at each start. */
export function drawZipf(count: number): Uint32Array {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    sum += 1 / (i + 1);
    sums[i] = sum;
  }
  const random = createRandom();
  return Uint32Array.from({ length: DRAWS }, () => findFirst(sums, random() * sum));
}

/** The first index whose sum reaches `wanted`. */
function findFirst(sums: Float64Array, wanted: number): number {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Mulberry32 with a fixed seed: every run draws the same. */
function createRandom(): () => number {
  let state = 20_260_101;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
