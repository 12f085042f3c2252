import { sayCount, sayDuration, sayMany } from '../http/page/words.js';
import type { Differing, MirrorDiff, MirrorStatus } from '../mirror/status.ts';
import { printable } from '../printable.ts';
import { type CommonOptions, command, findDaemon } from './common.ts';
import { EXIT } from './exit.ts';
import { print } from './print.ts';

/** Tells how mirrors stand: exits 1 while one does not learn what changes, or holds people. */
export async function mirrorStatus(
  directory: string | undefined,
  options: CommonOptions,
): Promise<number> {
  const { mirrors } = await command(
    options,
    'mirrors',
    directory === undefined ? {} : { directory },
  );
  const told = Object.entries(mirrors);
  const none = 'no directory has a mirror: see docs/directories.md, "A mirror"';
  print(options, { mirrors }, told.length === 0 ? none : told.map(formatMirror).join('\n\n'));
  const isWell = told.every(([, { isInStep, held }]) => isInStep && held === undefined);
  return isWell ? EXIT.ok : EXIT.notFound;
}

export interface SyncOptions extends CommonOptions {
  readonly wait?: boolean;
}

/** Lets everybody be listed anew; with `--wait` until that has come to its end, or failed. */
export async function mirrorSync(directory: string, options: SyncOptions): Promise<number> {
  const send = await findDaemon(options);
  const isAwaited = options.wait === true;
  await send('mirrorSync', { directory, isAwaited }, LISTING_MS);
  const { mirrors } = await send('mirrors', { directory });
  const told = Object.entries(mirrors).map(formatMirror).join('\n\n');
  print(options, { mirrors }, isAwaited ? told : `${directory} is being listed anew`);
  return EXIT.ok;
}

/** No listing that goes well takes so long. */
const LISTING_MS = 61 * 60_000;

/** Compares a mirror with its directory: exits 1 where they differ. */
export async function mirrorDiff(directory: string, options: CommonOptions): Promise<number> {
  const told = await command(options, 'mirrorDiff', { directory }, LISTING_MS);
  print(options, told, formatDiff(told));
  const { onlyHere, onlyThere, different } = told;
  return onlyHere.count + onlyThere.count + different.count === 0 ? EXIT.ok : EXIT.notFound;
}

function formatMirror([name, told]: readonly [string, MirrorStatus]): string {
  const {
    accounts,
    groups,
    addresses,
    isInStep,
    ageMs,
    listing,
    lost,
    held,
    fault,
    bytes,
    feed,
    takenFrom,
    counts,
  } = told;
  const age =
    ageMs === undefined ? 'nothing was listed whole yet' : `last word ${sayDuration(ageMs)} ago`;
  const left = ageMs === undefined ? undefined : Math.max(0, told.acceptForMs - ageMs);
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['fed by', feed],
    ['taken from', takenFrom],
    ['fault', fault],
    ['held', held && `${held}; if they were removed: idpmap accept ${name}`],
    ['stands in', isInStep || left === undefined ? undefined : `for another ${sayDuration(left)}`],
    [
      'entries',
      `${sayMany(accounts, 'account')}, ${sayMany(groups, 'group')}, ${sayMany(addresses, 'address', 'addresses')}`,
    ],
    ['lost', lost === 0 ? undefined : `${sayMany(lost, 'address', 'addresses')} of late`],
    ['listed', listing && `${sayDuration(listing.agoMs)} ago, in ${sayDuration(listing.tookMs)}`],
    ['changes', `${sayCount(counts.changes.put)} written, ${sayCount(counts.changes.gone)} gone`],
    ['gaps', counts.gaps === 0 ? undefined : sayCount(counts.gaps)],
    ['file', `${told.path}, ${(bytes / 2 ** 20).toFixed(1)} MiB`],
  ];
  const title = `${name}: ${isInStep ? 'in step' : 'not in step'}, ${age}`;
  const rest = lines.flatMap(([label, text]) =>
    text === undefined ? [] : [`  ${label.padEnd(10)}  ${text}`],
  );
  return [title, ...rest].map(printable).join('\n');
}

function formatDiff({ listed, onlyHere, onlyThere, different }: MirrorDiff): string {
  const kinds: readonly (readonly [string, Differing])[] = [
    ['only in the mirror', onlyHere],
    ['only in the directory', onlyThere],
    ['different', different],
  ];
  const found = kinds.filter(([, { count }]) => count > 0);
  if (found.length === 0) return `no difference in ${sayMany(listed, 'entry', 'entries')}`;
  return found
    .flatMap(([title, { count, some }]) => [
      `${title}: ${sayCount(count)}`,
      ...some.map((one) => `  ${printable(one)}`),
      ...(count > some.length ? [`  and ${sayCount(count - some.length)} more`] : []),
    ])
    .join('\n');
}
