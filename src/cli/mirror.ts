import { setTimeout as wait } from 'node:timers/promises';
import type { ToldMirror } from '../control/protocol.ts';
import { sayCount, sayDuration, sayMany } from '../http/page/words.js';
import type { Differing, MirrorDiff } from '../mirror/diff.ts';
import { printable } from '../printable.ts';
import { type CommonOptions, command, findDaemon } from './common.ts';
import { CliError, EXIT } from './exit.ts';
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

const LOOK_MS = 500;

/** Lets everybody be listed anew; with `--wait` until that has come to its end, or failed. */
export async function mirrorSync(directory: string, options: SyncOptions): Promise<number> {
  const send = await findDaemon(options);
  const statusOf = async (): Promise<ToldMirror | undefined> =>
    (await send('mirrors', { directory })).mirrors[directory];
  const failures = (await statusOf())?.figures.failures ?? 0;
  const begunAt = performance.now();
  await send('mirrorSync', { directory });
  if (options.wait !== true) {
    print(options, { directory }, `${directory} is being listed anew`);
    return EXIT.ok;
  }
  for (;;) {
    await wait(LOOK_MS);
    const now = await statusOf();
    if (now === undefined)
      throw new CliError(EXIT.unavailable, `${directory} has no mirror any more`);
    const isListed = (now.listedMs ?? Number.POSITIVE_INFINITY) < performance.now() - begunAt;
    if (isListed && now.isInStep) {
      print(options, { [directory]: now }, formatMirror([directory, now]));
      return EXIT.ok;
    }
    if (now.figures.failures > failures && now.fault !== undefined)
      throw new CliError(EXIT.temporary, `${directory} can’t be listed: ${printable(now.fault)}`);
  }
}

/** As long as the daemon takes for it, and a little more. */
const DIFF_MS = 61 * 60_000;

/** Compares a mirror with its directory: exits 1 where they differ. */
export async function mirrorDiff(directory: string, options: CommonOptions): Promise<number> {
  const told = await command(options, 'mirrorDiff', { directory }, DIFF_MS);
  print(options, told, formatDiff(told));
  const { onlyHere, onlyThere, different } = told;
  return onlyHere.count + onlyThere.count + different.count === 0 ? EXIT.ok : EXIT.notFound;
}

function formatMirror([name, told]: readonly [string, ToldMirror]): string {
  const { accounts, groups, isInStep, ageMs, listedMs, lost, held, fault, bytes, figures } = told;
  const age =
    ageMs === undefined ? 'nothing was listed whole yet' : `last word ${sayDuration(ageMs)} ago`;
  const left = ageMs === undefined ? undefined : Math.max(0, told.acceptForMs - ageMs);
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['', `${name}: ${isInStep ? 'in step' : 'not in step'}, ${age}`],
    ['fault', fault],
    [
      'held',
      held === undefined ? undefined : `${held}; if they were removed: idpmap accept ${name}`,
    ],
    ['stands in', isInStep || left === undefined ? undefined : `for another ${sayDuration(left)}`],
    ['entries', `${sayMany(accounts, 'account')}, ${sayMany(groups, 'group')}`],
    ['lost', lost === 0 ? undefined : `${sayMany(lost, 'entry', 'entries')} of late`],
    [
      'listed',
      listedMs === undefined
        ? undefined
        : `${sayDuration(listedMs)} ago${sayTook(figures.listingMs)}`,
    ],
    ['changes', `${sayCount(figures.changes)}, ${sayMany(figures.gaps, 'gap')} since the start`],
    ['file', `${told.path}, ${(bytes / 2 ** 20).toFixed(1)} MiB`],
  ];
  return lines
    .flatMap(([label, text]) =>
      text === undefined
        ? []
        : [`${label.padEnd(label === '' ? 0 : 11)}${label === '' ? '' : '  '}${text}`],
    )
    .map(printable)
    .join('\n');
}

const sayTook = (ms: number | undefined): string =>
  ms === undefined ? '' : `, in ${sayDuration(ms)}`;

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
