import { createHash } from 'node:crypto';
import type { Served } from './served.ts';

/** Takes what is held: of the directory's content, of its domains, and who vanished. Says what, absent: nothing. */
export function acceptHeld(served: Served): string | undefined {
  const { directory, list, mirror, lane, memories, membership } = served;
  const digests = digestsOf(served);
  const taken = [
    directory.accept?.(),
    list?.accept(),
    mirror?.accept(),
    lane.flips.accept(),
  ].filter((each) => each !== undefined);
  if (taken.length === 0) return undefined;
  if (digests.length > 0) membership.accepted(digests);
  // What was held was a doubt about some keys: they are worth asking again at once.
  memories.forgetFaults();
  return taken.join(', ');
}

/**
 * Takes what is held here if it is what was accepted elsewhere: the same list of domains, or who vanished where one of them is
 * the same. Another daemon's view may be another.
 */
export function acceptSame(served: Served, digests: readonly string[]): void {
  const { list, lane, memories } = served;
  const accepted = new Set(digests);
  const isListed = listDigests(served).some((digest) => accepted.has(digest));
  const hasVanished = flipDigests(served).some((digest) => accepted.has(digest));
  const taken = [
    isListed ? list?.accept() : undefined,
    hasVanished ? lane.flips.accept() : undefined,
  ].filter((each) => each !== undefined);
  if (taken.length === 0) return;
  lane.log.info({ directory: served.name, taken: taken.join(', ') }, 'accepted at another daemon');
  memories.forgetFaults();
}

/** More would make a line of the log too long. */
const MOST_DIGESTS = 1000;

const digestsOf = (served: Served): readonly string[] => [
  ...listDigests(served),
  ...flipDigests(served),
];

const listDigests = ({ list }: Served): readonly string[] => {
  const held = list?.heldNames();
  if (held === undefined) return [];
  const text = JSON.stringify([...held].toSorted());
  return [`list ${createHash('sha256').update(text).digest('base64url')}`];
};

const flipDigests = ({ lane }: Served): readonly string[] =>
  [...(lane.flips.held()?.keys ?? [])].slice(0, MOST_DIGESTS).map((digest) => `flip ${digest}`);
