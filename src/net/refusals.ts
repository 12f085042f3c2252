import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Rejection } from './figures.ts';

/** Tells of connections that can't be served: once when that begins, and once when it is over. */
export interface Refusals {
  /** One was refused. `fields` say more of the first one. */
  readonly note: (listener: string, rejection: Rejection, fields: object) => void;
  /** To be called about once a second. */
  readonly sweep: () => void;
}

/** After so long without one it is over. */
const QUIET_MS = 30_000;

const REMEDIES: Partial<Record<Rejection, string>> = {
  'too-many':
    'connections are refused, as many are open as may be: raise connections.max, or see who holds them',
  'too-many-of-peer':
    'connections of a peer are refused, it has as many as one may have: raise connections.perPeer if it is a proxy, or see what it does',
  accept: 'connections could not be accepted, is the limit of open files (ulimit -n) too low?',
};

/** Creates it. Who is not allowed, or speaks no TLS, is no limit that was reached: that is counted only. */
export function createRefusals(clock: Clock, log: Log): Refusals {
  const spells = new Map<string, { readonly about: object; refused: number; lastAt: number }>();
  return {
    note: (listener, rejection, fields) => {
      const remedy = REMEDIES[rejection];
      if (remedy === undefined) return;
      const key = `${rejection} ${listener}`;
      const spell = spells.get(key);
      if (spell === undefined) log.warn({ listener, rejection, ...fields }, remedy);
      const about = { listener, rejection };
      const refused = (spell?.refused ?? 0) + 1;
      spells.set(key, { about, refused, lastAt: clock.now() });
    },
    sweep: () => {
      for (const [key, { about, refused, lastAt }] of spells) {
        if (clock.now() - lastAt < QUIET_MS) continue;
        spells.delete(key);
        log.info({ ...about, refused }, 'connections are accepted again');
      }
    },
  };
}
