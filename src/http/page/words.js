/** @import { Cause } from '../../directory/directory.ts' */
/** @import { Latency } from '../latency.ts' */

const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/**
 * Writes a count, to the last digit below a hundred thousand.
 * @param {number} count
 */
export const sayCount = (count) =>
  count < 100_000
    ? numbers.format(count).replaceAll(',', '\u202f')
    : short.format(count).replace('K', 'k');

/**
 * Writes a count and what is counted.
 * @param {number} count
 * @param {string} one
 * @param {string} [many] absent: with an s
 */
export const sayMany = (count, one, many = `${one}s`) =>
  `${sayCount(count)} ${count === 1 ? one : many}`;

/**
 * Writes a part of a whole; nothing where there is no whole.
 * @param {number} part
 * @param {number} whole
 */
export function sayShare(part, whole) {
  if (whole === 0) return '';
  const percent = (100 * part) / whole;
  if (percent > 0 && percent < 0.1) return 'below 0.1 %';
  const isNear = percent > 0 && (percent < 10 || (percent > 99 && percent < 100));
  return `${isNear ? Math.floor(percent * 10) / 10 : Math.round(percent)} %`;
}

/**
 * Writes a duration in its two largest units.
 * @param {number} ms
 */
export function sayDuration(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.floor(hours / 24)} days`;
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/**
 * Writes an instant by the reader's clock, with its day where that is another one than the day of `now`.
 * @param {string | number} instant
 * @param {string | number} now
 */
export function sayTime(instant, now) {
  const date = new Date(instant);
  const isToday = date.toDateString() === new Date(now).toDateString();
  const time = date.toLocaleTimeString('en-GB');
  return isToday ? time : `${date.toLocaleDateString('en-CA')} ${time}`;
}

/**
 * Writes how long ago an instant was, by the daemon's own clock.
 * @param {string} instant
 * @param {string} now
 */
export const sayAgo = (instant, now) => `${sayDuration(Date.parse(now) - Date.parse(instant))} ago`;

/**
 * Writes a latency's quantiles; nothing where nothing happened.
 * @param {Latency} latency
 */
export function sayLatency({ p50Ms, p95Ms, p99Ms }) {
  if (p50Ms === undefined || p95Ms === undefined || p99Ms === undefined) return undefined;
  return `half ${sayBound(p50Ms)}, 95 % ${sayBound(p95Ms)}, 99 % ${sayBound(p99Ms)}`;
}

/**
 * Writes a bound of a latency.
 * @param {number | 'slow'} bound milliseconds
 */
export const sayBound = (bound) => (bound === 'slow' ? 'off the scale' : `≤ ${bound} ms`);

/**
 * Writes a size.
 * @param {number} bytes
 */
export const sayBytes = (bytes) => `${numbers.format(bytes / 2 ** 20)} MiB`;

/**
 * What each cause means to whoever is on duty.
 * @type {Readonly<Record<Cause, string>>}
 */
const CAUSES = {
  deadline: 'the answer did not come in time for Postfix',
  overload: 'too many questions wait for the directory',
  'breaker-open': 'the directory is failing and only probed',
  timeout: 'the directory did not answer',
  directory: 'the directory refused, failed or was cut off',
  unproved: 'it found nobody, and the proof that it sees anybody failed',
  doubt: 'it finds nobody where it did before, and is not believed',
  entry: 'one address has two owners, or is too large a group',
  starting: 'the directory was not read yet',
  shutdown: 'the daemon stopped',
  bug: 'a fault of idpmap: see its log, and report it',
};

/**
 * Tells what a cause means; the cause itself where a newer daemon knows more of them.
 * @param {string} cause
 */
export const sayCause = (cause) => new Map(Object.entries(CAUSES)).get(cause) ?? cause;

/**
 * What to do about a cause, where mending the directory is not all.
 * @type {Readonly<Partial<Record<Cause, string>>>}
 */
const REMEDIES = {
  deadline:
    'see why the directory is slow, "idpmap check" times a cold lookup; its late answers are remembered for the next try',
  overload:
    'if the directory is fast, raise its limit; if it is slow, see why; if strangers are tried in masses, limit them in Postfix',
  bug: 'report it, the log has the stack',
};

/**
 * Tells it; nothing where there is nothing special.
 * @param {string} cause
 */
export const sayRemedy = (cause) => new Map(Object.entries(REMEDIES)).get(cause);
