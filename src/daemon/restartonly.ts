import { isDeepStrictEqual } from 'node:util';
import type { Settings } from '../settings.ts';

/** What a running daemon keeps from its start, by the setting's name. */
const fixedAtStart = ({ connections, control, state, http, cache, fleet, log }: Settings) => ({
  connections,
  control,
  state,
  fleet,
  'http.endpoint': http.endpoint,
  'cache.file': cache.file,
  'cache.saveEvery': cache.saveEvery,
  'log.format': log.format,
  'log.addresses': log.addresses,
  'log.key': log.key,
});

/** Lists the settings that differ and that a reload can't change. */
export function listChangedLater(before: Settings, after: Settings): readonly string[] {
  const next = new Map<string, unknown>(Object.entries(fixedAtStart(after)));
  return Object.entries(fixedAtStart(before))
    .filter(([name, value]) => !isDeepStrictEqual(value, next.get(name)))
    .map(([name]) => name);
}
