/** @import { Status } from '../statusreport.ts' */
import { make, makeBadge, makeFacts } from './dom.js';
import { sayAgo, sayBound, sayBytes, sayCause, sayCount, sayShare, sayTime } from './words.js';

/**
 * Makes the list of what deferred mail, or had memory stand in, most often.
 * @param {Status} status
 */
export function makeCauses({ causes }) {
  if (causes.length === 0) return make('p', 'quiet', 'None.');
  const most = causes[0]?.count ?? 1;
  const rows = causes.map(({ directory, cause, count }) =>
    make(
      'li',
      {},
      make('progress', { max: String(most), value: String(count), 'aria-hidden': 'true' }),
      make('strong', {}, `${sayCount(count)} × ${cause}`),
      ` at ${directory}`,
      make('span', 'quiet', sayCause(cause)),
    ),
  );
  return make('ol', 'causes', ...rows);
}

const COLUMNS = ['OK', 'NOTFOUND', 'TEMP', 'PERM', 'waiting', '99 %'];

/**
 * Makes the table of the maps.
 * @param {Status} status
 */
export function makeMaps({ maps }) {
  // Postfix asks for no other, as a rule: then there is nothing to say of them.
  const shown = maps.filter(({ kind, answers }) => kind !== undefined || answers.PERM > 0);
  const head = ['Map', ...COLUMNS].map((name) => make('th', { scope: 'col' }, name));
  const rows = shown.map(
    ({ name, kind, answers: { OK, NOTFOUND, TEMP, PERM }, waiting, latency }) => {
      const p99 = latency.p99Ms === undefined ? '' : sayBound(latency.p99Ms);
      const title = make('th', { scope: 'row' }, name, make('small', {}, kind ?? 'not configured'));
      const counts = [OK, NOTFOUND, TEMP, PERM, waiting].map((count, i) =>
        make(
          'td',
          count > 0 && (i === 2 || i === 3) ? 'told' : count === 0 ? 'zero' : '',
          sayCount(count),
        ),
      );
      return make('tr', {}, title, ...counts, make('td', {}, p99));
    },
  );
  return make('table', {}, make('thead', {}, make('tr', {}, ...head)), make('tbody', {}, ...rows));
}

/**
 * Makes the facts about the daemon itself: connections, memory, configuration, process.
 * @param {Status} status
 */
export function makeDaemon(status) {
  const { connections, reloads, memory, startedAt, now, phase, directories, domains } = status;
  const open = connections.listeners.reduce((sum, each) => sum + each.open, 0);
  return makeFacts([
    ['phase', phase],
    ['started', `${sayTime(startedAt, now)}, ${sayAgo(startedAt, now)}`],
    ['configuration', describeReloads(reloads, now)],
    ['cache', sayCache(directories)],
    ['domains', `${sayCount(domains.configured)} configured`],
    ['connections', `${sayCount(open)} open, ${sayCount(connections.max)} at most`],
    ...connections.listeners.map(
      ({ endpoint, open: current, total }) =>
        /** @type {const} */ ([
          'listens',
          `${endpoint}: ${sayCount(current)} open, ${sayCount(total)} in all`,
        ]),
    ),
    ['rejected', sayCounts(connections.rejected)],
    ['violations', sayCounts(connections.violations)],
    ['process', `${sayBytes(memory.rssBytes)} resident, ${sayBytes(memory.heapBytes)} heap`],
  ]);
}

/**
 * @param {Status['reloads']} reloads
 * @param {string} now
 */
function describeReloads({ isLastGood, lastGoodAt, succeeded, failed }, now) {
  const badge = isLastGood
    ? makeBadge('good', 'the last one serves')
    : makeBadge('bad', 'the last one was refused');
  return make(
    'span',
    {},
    badge,
    ` ${isLastGood ? 'since' : 'that serves is of'} ${sayTime(lastGoodAt, now)}; ${sayCount(succeeded)} reloads, ${sayCount(failed)} refused`,
  );
}

/** @param {Status['directories']} directories */
function sayCache(directories) {
  const held = directories.reduce((sum, { remembered: { found, none } }) => sum + found + none, 0);
  const fast = directories.reduce((sum, { lookups }) => sum + lookups.remembered, 0);
  const all = directories.reduce(
    (sum, { lookups: { found, none, stale, unknown } }) => sum + found + none + stale + unknown,
    0,
  );
  const share =
    all === 0 ? 'nothing asked yet' : `${sayShare(fast, all)} of lookups answered from it`;
  return `${sayCount(held)} addresses, ${share}`;
}

/** @param {Readonly<Record<string, number>>} counts */
function sayCounts(counts) {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return some.length === 0
    ? 'none'
    : some.map(([name, count]) => `${sayCount(count)} ${name}`).join(', ');
}
