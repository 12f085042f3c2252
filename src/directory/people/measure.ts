import { createHmac, randomBytes } from 'node:crypto';
import { isRecord, recordOf } from '../../record.ts';
import { type Extents, eachKind, type Kind } from './extents.ts';

/**
 * What is kept of a content that was accepted, so that another process can tell what the next one loses: how many things
 * of each kind there are, and keyed digests of them, of a sample where there are many. It names nobody.
 */
export interface Measure {
  /** Of the digests; made anew for each measure. */
  readonly key: string;
  readonly kinds: Readonly<Record<Kind, Sample>>;
}

interface Sample {
  readonly count: number;
  /** Those were taken whose hash is below it: all of up to `SAMPLE`, else about so many. */
  readonly below: number;
  /** Base64, eight characters each. */
  readonly digests: string;
}

/** A loss of a tenth is then known to one part in a hundred. */
const SAMPLE = 512;

const DIGEST_BYTES = 6;
const DIGEST_CHARACTERS = 8;
const HASHES = 2 ** 32;

/** Measures a content. */
export function measure(extents: Extents): Measure {
  const key = randomBytes(16).toString('base64');
  return { key, kinds: eachKind((kind) => sample(extents, kind, key)) };
}

/** Reads a measure that was kept; absent where it is none. Of a kind that it does not know nothing can be lost. */
export function readMeasure(kept: unknown): Measure | undefined {
  if (!isRecord(kept) || typeof kept['key'] !== 'string' || !isRecord(kept['kinds'])) return;
  const { key, kinds } = kept;
  return { key, kinds: eachKind((kind) => readSample(kinds[kind])) };
}

/** Says how many of a kind are lost; where only a sample is known, of so many as that stands for. */
export function lostOf({ key, kinds }: Measure, after: Extents, kind: Kind) {
  const { count, below, digests } = kinds[kind];
  const before = split(digests);
  const there = new Set(digestsBelow(below, presentFor(kind, after), key));
  const lost = before.filter((digest) => !there.has(digest)).length;
  if (below === HASHES) return { total: count, lost };
  return {
    total: count,
    lost: before.length === 0 ? 0 : Math.round((lost / before.length) * count),
    isSampled: true,
  };
}

function sample(extents: Extents, kind: Kind, key: string): Sample {
  let count = 0;
  for (const _ of extents[kind].items()) count++;
  const below = count <= SAMPLE ? HASHES : Math.trunc((HASHES / count) * SAMPLE);
  return { count, below, digests: digestsBelow(below, extents[kind].items(), key).join('') };
}

/** An account that became an alias, or a group, is not lost. */
function* presentFor(kind: Kind, { accounts, groups, aliases, ...others }: Extents) {
  if (kind === 'domains' || kind === 'rows' || kind === 'members')
    return yield* others[kind].items();
  for (const extent of [accounts, groups, aliases]) yield* extent.items();
}

function digestsBelow(below: number, items: Iterable<string>, key: string): readonly string[] {
  const digests: string[] = [];
  for (const item of items) if (hash(item) < below) digests.push(digest(item, key));
  return digests;
}

/** FNV-1a, mixed: it only chooses a sample, and has to be quick. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

const digest = (item: string, key: string): string =>
  createHmac('sha256', key).update(item).digest().subarray(0, DIGEST_BYTES).toString('base64');

const split = (digests: string): readonly string[] =>
  digests.match(new RegExp(`.{${DIGEST_CHARACTERS}}`, 'g')) ?? [];

function readSample(kept: unknown): Sample {
  const { count, below, digests } = recordOf(kept);
  return typeof count === 'number' && typeof below === 'number' && typeof digests === 'string'
    ? { count, below, digests }
    : { count: 0, below: HASHES, digests: '' };
}
