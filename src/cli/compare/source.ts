import { createReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { reasonOf } from '../../reason.ts';
import { CliError, EXIT } from '../exit.ts';
import { linesIn } from './lines.ts';
import { addressesIn } from './maillog.ts';
import type { Meaning } from './meaning.ts';
import type { CompareOptions } from './options.ts';

/** Lists the keys of the old table. */
export type ListTable = () => AsyncIterable<string>;

/** Gives the keys that are to be compared, one after the other; some come again. */
export async function* gatherKeys(
  given: readonly string[],
  options: CompareOptions,
  meaning: Meaning,
  list: ListTable,
): AsyncGenerator<string> {
  yield* given;
  if (options.from !== undefined)
    for await (const line of linesOf(options.from, '--from'))
      if (line.trim() !== '') yield line.trim();
  if (options.log !== undefined)
    for await (const line of linesOf(options.log, '--log'))
      for (const address of addressesIn(line)) yield keyOf(address, meaning);
  if (options.table === true) for await (const key of list()) yield probeOf(key, meaning);
}

/** A map of domains is asked for the domain alone. */
const keyOf = (address: string, { kind }: Meaning): string =>
  kind === 'domains' ? address.slice(address.lastIndexOf('@') + 1) : address;

/** Postfix asks a socketmap for whole addresses only: a table's catch-all is compared by an address that nobody has. */
const probeOf = (key: string, { keys }: Meaning): string =>
  key.startsWith('@') && (keys === 'recipient' || keys === 'virtual' || keys === 'address')
    ? `nobody-of-this-name${key}`
    : key;

async function* linesOf(file: string, option: string): AsyncGenerator<string> {
  try {
    yield* linesIn(open(file));
  } catch (error) {
    throw new CliError(EXIT.data, `${option} ${file} can't be read: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

function open(file: string): Readable {
  if (file === '-') return process.stdin;
  const input = createReadStream(file);
  if (!file.endsWith('.gz')) return input;
  // Whoever reads hears of the faults of both.
  return pipeline(input, createGunzip(), () => {});
}

/** So many keys are known to have come; then some that come again are compared again. */
const MOST_KNOWN = 200_000;

/** Drops what has come already, and puts the rest together for one question to postmap. */
export async function* inBatches(
  keys: AsyncIterable<string>,
  size: number,
): AsyncGenerator<readonly string[]> {
  let seen = new Set<string>();
  let batch: string[] = [];
  for await (const key of keys) {
    if (seen.has(key)) continue;
    if (seen.size >= MOST_KNOWN) seen = new Set(batch);
    seen.add(key);
    batch.push(key);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
