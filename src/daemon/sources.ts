import { type Entry, Fault } from '../directory/directory.ts';
import { askEntries } from '../directory/people/ask.ts';
import { mirrored } from '../lookup/mirror.ts';
import { createSource, type Source } from '../lookup/path.ts';
import type { Times } from '../lookup/remember.ts';
import type { Served } from './served.ts';

/** Makes the directory's people ready to be asked for. */
export function entrySource(served: Served, times: Times): Source<Entry> {
  const { directory, settings, cleaned, tenures, lane, mirror, name, membership } = served;
  const ask = askEntries(directory, settings, cleaned);
  const copy = mirror && mirrored(mirror, name);
  return createSource(ask, tenures.entries, lane, times, copy, membership.shareOf(times));
}

/**
 * Makes one of the directory's tables ready to be asked for.
 * @throws {Fault} where this type of directory has no tables
 */
export function tableSource(served: Served, table: string, times: Times): Source<string> {
  const { directory, lane, tenures, name, membership } = served;
  const ask = directory.table?.({ table });
  if (ask === undefined) throw new Fault('directory', `the directory ${name} has no tables`);
  return createSource(
    ask,
    tenures.table(table),
    lane,
    times,
    undefined,
    membership.shareOf(times, table),
  );
}
