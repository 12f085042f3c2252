import type { Fleet } from './contract.ts';
import type { Link } from './link.ts';
import type { Seal } from './seal.ts';

/** What daemons do together beside answering: turns, small values, counts. */
export function createShared(
  link: Link,
  seal: Seal,
  base: string,
  me: string,
): Pick<Fleet, 'turn' | 'hold' | 'giveUp' | 'recall' | 'keep' | 'countWithin'> {
  const placeOf = (name: string): string => `${base}:{${seal.names(name)[0]}}`;
  return {
    turn: async (name, ms) => {
      const taken = await link.ask((engine) =>
        engine.set(`${placeOf(name)}:turn`, me, 'PX', Math.max(1, Math.trunc(ms)), 'NX'),
      );
      if (taken === undefined) return 'alone';
      return taken === null ? 'another' : 'ours';
    },
    hold: async (name, ms) => {
      const place = `${placeOf(name)}:turn`;
      const replies = await link.ask((engine) =>
        Promise.all([
          engine.set(place, me, 'PX', Math.max(1, Math.trunc(ms)), 'NX'),
          engine.get(place),
        ]),
      );
      if (replies === undefined) return 'alone';
      if (replies[1] !== me) return 'another';
      link.send((engine) => engine.pexpire(place, Math.max(1, Math.trunc(ms))));
      return 'ours';
    },
    giveUp: (name) => link.send((engine) => engine.del(`${placeOf(name)}:turn`)),
    recall: async (name) => {
      const place = placeOf(name);
      const closed = await link.ask((engine) => engine.getBuffer(place));
      if (closed === undefined) return undefined;
      const text = closed === null ? undefined : seal.open(closed, place);
      return text === undefined ? {} : { value: JSON.parse(text) };
    },
    keep: (name, value, ms) => {
      const place = placeOf(name);
      const closed = seal.close(JSON.stringify(value), place);
      link.send((engine) => engine.set(place, closed, 'PX', ms));
    },
    countWithin: async (name, key, ms) => {
      const place = `${placeOf(name)}:count`;
      const [member] = seal.names(`${name} ${key}`);
      const now = link.time.now() ?? 0;
      const replies = await link.ask((engine) =>
        Promise.all([
          engine.zadd(place, now, member),
          engine.zcount(place, now - ms, '+inf'),
          engine.zremrangebyscore(place, '-inf', now - ms),
          engine.pexpire(place, 2 * ms),
        ]),
      );
      return replies?.[1];
    },
  };
}
