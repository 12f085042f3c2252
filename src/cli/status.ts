import { parseDuration } from '../config/schema/units.ts';
import { isUnwell, needsAttention } from '../http/page/condition.js';
import { judgeFleet, sayDifference } from '../http/page/fleet.js';
import { countAnswers, MINUTE } from '../http/page/recent.js';
import { type Summary, summarise } from '../http/page/summary.js';
import { sayAgo, sayCount, sayLatency, sayMany, sayShare, sayTime } from '../http/page/words.js';
import type { Status } from '../http/statusreport.ts';
import { printable } from '../printable.ts';
import { reasonOf } from '../reason.ts';
import { type CommonOptions, command } from './common.ts';
import { CliError, EXIT } from './exit.ts';
import { print } from './print.ts';

export interface StatusOptions extends CommonOptions {
  /** Tell it again after so long; `true`: after two seconds. Absent: once. */
  readonly watch?: string | true;
  /** List the addresses of which shadows differ. */
  readonly shadow?: boolean;
}

/** Exit codes by tone, as monitoring plugins have them. */
const CODES = { good: 0, idle: 0, warn: 1, bad: 2 } as const;

/** As the page's signs. */
const SIGNS = { good: '✓', warn: '!', bad: '✕', idle: '–' } as const;

/** Tells how mail fares, in the words of the page. */
export async function status(options: StatusOptions): Promise<number> {
  if (options.shadow === true) return listShadow(options);
  if (options.watch !== undefined) return follow(options, readInterval(options.watch));
  const { told, summary } = await read(options);
  print(options, { summary, ...told }, format(told, summary));
  return CODES[summary.tone];
}

/** Tells where shadows would answer otherwise. */
async function listShadow(options: StatusOptions): Promise<number> {
  if (options.watch !== undefined)
    throw new CliError(EXIT.usage, '--shadow stands alone, without --watch');
  const told = await command(options, 'shadow', {});
  const lines = told.differences.map(
    ({ when, of, by, map, difference, address }) =>
      `${when}  ${map} ${address}: ${difference} (${of}, shadow ${by})`,
  );
  const none = 'no shadow differs in what was asked lately';
  print(options, told, lines.length === 0 ? none : lines.map(printable).join('\n'));
  return EXIT.ok;
}

async function read(
  options: StatusOptions,
): Promise<{ readonly told: Status; readonly summary: Summary }> {
  const given: object = await command(options, 'status', {}, PATIENCE_MS);
  if (!isStatus(given)) throw new CliError(EXIT.data, NO_STATUS);
  return { told: given, summary: summarise(given) };
}

/** A daemon that answers mail tells its status at once; one that hangs must not hang whoever watches it. */
const PATIENCE_MS = 5000;

const NO_STATUS = 'the daemon gave no status: is it of another release? start it anew';

/** The control socket takes only what is of one release: what has a history has the rest. */
const isStatus = (given: object): given is Status => 'history' in given && 'directories' in given;

const DEFAULT_INTERVAL_MS = 2000;
const LEAST_INTERVAL_MS = 100;

function readInterval(watch: string | true): number {
  if (watch === true) return DEFAULT_INTERVAL_MS;
  try {
    return Math.max(LEAST_INTERVAL_MS, parseDuration(watch));
  } catch (error) {
    throw new CliError(EXIT.usage, `--watch: ${reasonOf(error)}`, { cause: error });
  }
}

/** Clears a terminal. */
const CLEAR = '\u001b[H\u001b[2J\u001b[3J';

/**
 * Tells it until nobody reads any more, or the process is interrupted: at a terminal in the same place, elsewhere what has
 * changed, as JSON a line each time. A daemon that is gone is waited for.
 */
async function follow(options: StatusOptions, intervalMs: number): Promise<number> {
  const { stdout } = process;
  const left = Promise.withResolvers<'left'>();
  const leave = (): void => left.resolve('left');
  stdout.on('error', leave);
  let before = '';
  let code: number = EXIT.ok;
  try {
    for (;;) {
      const next = await look(options);
      code = next.code;
      if (options.json === true) stdout.write(`${printable(JSON.stringify(next.result))}\n`);
      else if (stdout.isTTY) stdout.write(CLEAR);
      const isNew = stdout.isTTY || next.gist !== before;
      if (options.json !== true && isNew) print({}, {}, next.text);
      before = next.gist;
      if ((await wait(intervalMs, left.promise)) === 'left') return code;
    }
  } finally {
    stdout.off('error', leave);
  }
}

interface Look {
  readonly code: number;
  /** What is said, without figures and times: where it is another one, something has changed. */
  readonly gist: string;
  readonly result: object;
  readonly text: string;
}

/** A count, a share, a time or a duration, in its unit. */
const FIGURE = /\d[\d.,:\u202f-]*(?: ?(?:%|[kM]|s|min|h|days|lookups?|comparisons?)\b)*/g;

async function look(options: StatusOptions): Promise<Look> {
  try {
    const { told, summary } = await read(options);
    const { tone, title, details } = summary;
    return {
      code: CODES[tone],
      gist: [tone, title, ...details].join('\n').replaceAll(FIGURE, '#'),
      result: { summary, ...told },
      text: format(told, summary),
    };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const { code, message } = error;
    return { code, gist: message, result: { error: message }, text: `${SIGNS.bad} ${message}` };
  }
}

async function wait(ms: number, left: Promise<'left'>): Promise<'left' | 'over'> {
  const over = Promise.withResolvers<'over'>();
  const timer = setTimeout(() => over.resolve('over'), ms);
  try {
    return await Promise.race([left, over.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Writes it for people: the verdict and all that is to be said of it first, then figures. */
function format(told: Status, { tone, title, details }: Summary): string {
  const { now, version, startedAt, directories, fleet } = told;
  return [
    `${SIGNS[tone]} ${title}`,
    ...details.map((text) => `  ${text}`),
    '',
    `last minute  ${formatMinute(told)}`,
    ...directories.map((directory) => `directory    ${formatDirectory(directory, now)}`),
    ...(fleet === undefined ? [] : [`fleet        ${formatFleet(fleet, now)}`]),
    `idpmap       ${version}, as of ${sayTime(now, now)}, started ${sayAgo(startedAt, now)}`,
  ]
    .map(printable)
    .join('\n');
}

function formatFleet(fleet: NonNullable<Status['fleet']>, now: string): string {
  const { name, since, size, waiting, taken } = fleet;
  const { tone, word } = judgeFleet(fleet);
  const clock = sayDifference(fleet);
  return [
    `${name}  ${SIGNS[tone]} ${word}${since === undefined ? '' : ` since ${sayTime(since, now)}`}`,
    sayMany(size, 'daemon'),
    ...(clock === undefined ? [] : [`clock ${clock} this host's`]),
    ...(waiting === 0 ? [] : [`${sayMany(waiting, 'line')} to be told`]),
    ...taken.map(({ directory, from }) => `${directory} taken from ${from}`),
  ].join(', ');
}

function formatMinute(told: Status): string {
  const { OK, NOTFOUND, PERM, meant, stale, deferred, all } = countAnswers(told, MINUTE);
  const share = sayShare(deferred, all);
  return [
    `${sayCount(OK)} OK`,
    `${sayCount(NOTFOUND)} NOTFOUND`,
    `${sayCount(deferred)} deferred${deferred === 0 ? '' : ` (${share})`}`,
    ...(PERM === 0 ? [] : [`${sayCount(PERM)} of them PERM`]),
    ...(meant === 0 ? [] : [`${sayCount(meant)} deferred as disabled`]),
    ...(stale === 0 ? [] : [`${sayCount(stale)} from stale memory`]),
  ].join(', ');
}

const STATES = {
  ok: `${SIGNS.good} answers`,
  failing: `${SIGNS.bad} fails`,
  open: `${SIGNS.bad} down, only probed`,
  idle: `${SIGNS.idle} not asked yet`,
} as const;

function formatDirectory(directory: Status['directories'][number], now: string): string {
  const { name, type, state, lastAnswer, latency, remembered } = directory;
  const attention = needsAttention(directory) && !isUnwell(directory);
  return [
    `${name} (${type})  ${attention ? `${SIGNS.warn} needs attention` : STATES[state]}`,
    lastAnswer === undefined ? 'no answer yet' : `last answer ${sayAgo(lastAnswer, now)}`,
    ...[sayLatency(latency)].filter((said) => said !== undefined),
    `${sayMany(remembered.found, 'address', 'addresses')} remembered`,
  ].join(', ');
}
