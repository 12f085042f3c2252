import { isTree } from '../config/sources/tree.ts';
import { printable } from '../printable.ts';
import type { Engine } from './engine.ts';
import { readList } from './replies.ts';
import type { Seal } from './seal.ts';
import { MOST_AHEAD_MS } from './time.ts';

/** One daemon of the fleet. */
export interface Member {
  readonly name: string;
  /** Its version of idpmap. */
  readonly version: string;
  /** When it was here last, by the fleet's time. */
  readonly seenAt: number;
}

/** Who is in the fleet. */
export interface Members {
  /** How many are here, this one included; as last seen where the engine is away. */
  readonly count: () => number;
  list(): readonly Member[];
  /** Says that this one is here, and looks who else is. */
  beat(engine: Engine, fleetMs: number): Promise<void>;
  /** Says that it leaves. */
  readonly leave: (engine: Engine) => Promise<unknown>;
}

/** Whoever was silent for longer is gone. */
const GONE_MS = 30_000;

/** Who left long ago is dropped from the engine. */
const DROPPED_MS = 600_000;

/** Beats between two signs of life … */
const SIGN_BEATS = 10;

/** … and between two looks at the others, where there are many of them. */
const LOOK_BEATS = 30;
const MANY = 50;

/** No more are looked at: whoever writes to the engine may lay down as many as they like. */
const MOST = 5000;

/** Creates it; nobody else is known. */
export function createMembers(
  key: string,
  seal: Seal,
  own: { readonly name: string; readonly version: string; readonly me: string },
): Members {
  /** Closed once: nobody can write to the engine that there are more of us. */
  const sign = seal.close(JSON.stringify(own), key);
  let others: readonly Member[] = [];
  let beats = 0;
  const known = new Map<string, Omit<Member, 'seenAt'> | undefined>();

  const read = (closed: Buffer): Omit<Member, 'seenAt'> | undefined => {
    const id = closed.toString('latin1');
    if (!known.has(id)) known.set(id, readMember(seal.open(closed, key)));
    return known.get(id);
  };

  return {
    count: () => Math.max(1, others.length),
    list: () => others,
    beat: async (engine, fleetMs) => {
      if (beats % SIGN_BEATS === 0) {
        // Dropping comes first: it makes room.
        await engine.zremrangebyscore(key, '-inf', fleetMs - DROPPED_MS);
        await engine.zadd(key, fleetMs, sign).catch(forgiveFull);
      }
      if (beats % (others.length > MANY ? LOOK_BEATS : SIGN_BEATS) === 0) {
        if (known.size > 10_000) known.clear();
        const rows = await engine.zrangeBuffer(
          key,
          String(fleetMs - GONE_MS),
          String(fleetMs + MOST_AHEAD_MS),
          'BYSCORE',
          'LIMIT',
          0,
          MOST,
          'WITHSCORES',
        );
        others = readScored(rows).flatMap(([closed, seenAt]) => {
          const member = read(closed);
          return member === undefined ? [] : [{ ...member, seenAt }];
        });
      }
      beats += 1;
    },
    leave: (engine) => engine.zrem(key, sign),
  };
}

function readScored(reply: unknown): readonly (readonly [Buffer, number])[] {
  const parts = readList(reply);
  return parts.flatMap((closed, i) =>
    i % 2 === 0 && Buffer.isBuffer(closed) ? [[closed, Number(parts[i + 1])] as const] : [],
  );
}

function readMember(text: string | undefined): Omit<Member, 'seenAt'> | undefined {
  const member: unknown = text === undefined ? undefined : JSON.parse(text);
  if (!isTree(member)) return undefined;
  const { name, version } = member;
  // A machine may be called anything, and is shown to people.
  return typeof name === 'string' && typeof version === 'string'
    ? { name: printable(name), version: printable(version) }
    : undefined;
}

/** A full engine takes no more, and is read on. */
function forgiveFull(error: unknown): void {
  if (!(error instanceof Error && error.message.startsWith('OOM'))) throw error;
}
