/** @import { Status } from '../statusreport.ts' */
/** @import { FleetReport } from '../fleetstatus.ts' */
import { make, makeBadge, makeFacts } from './dom.js';
import { sayAgo, sayCount, sayMany, sayTime } from './words.js';

/** Beyond this no *none* of another daemon is believed. */
const MOST_DIFFERENCE_MS = 5000;

/**
 * Whether the engine's clock is as far off as that.
 * @param {FleetReport} fleet
 */
const isClockOff = ({ differenceMs = 0 }) => Math.abs(differenceMs) > MOST_DIFFERENCE_MS;

/**
 * How the fleet fares, in a tone and a few words.
 * @param {FleetReport} fleet
 * @returns {{ tone: 'good' | 'warn', word: string }}
 */
export function judgeFleet(fleet) {
  if (!fleet.isUp) return { tone: 'warn', word: 'not reached, alone' };
  return isClockOff(fleet) ? { tone: 'warn', word: 'clocks differ' } : { tone: 'good', word: 'up' };
}

/**
 * What somebody has to know of it: no mail waits for any of it.
 * @param {FleetReport} fleet
 * @param {string} now
 * @returns {readonly string[]}
 */
export function sayFleet(fleet, now) {
  const { name, isUp, since } = fleet;
  if (!isUp) {
    const when = since === undefined ? ' since the start' : ` since ${sayTime(since, now)}`;
    return [
      `The fleet ${name} is not reached${when}: this daemon goes on alone, directories are asked more. No mail waits for it.`,
    ];
  }
  return isClockOff(fleet)
    ? [
        `The clock of the fleet ${name} is ${sayDifference(fleet)} this host's: no "nobody" of another daemon is believed. Let both keep time.`,
      ]
    : [];
}

/**
 * Makes its card.
 * @param {FleetReport} fleet
 * @param {Status['now']} now the daemon's time
 */
export function makeFleet(fleet, now) {
  const { name, size, heard, since, waiting, members, taken } = fleet;
  const { tone, word } = judgeFleet(fleet);
  const more = size - members.length;
  return make(
    'article',
    `card ${tone}`,
    make('h3', {}, name, ' ', make('small', {}, sayMany(size, 'daemon')), makeBadge(tone, word)),
    ...sayFleet(fleet, now).map((text) => make('p', 'pending warn', text)),
    makeFacts([
      ['since', since === undefined ? 'the engine was never reached' : sayTime(since, now)],
      ['last heard', heard === undefined ? 'never' : sayAgo(heard, now)],
      ['clock', sayDifference(fleet) && `${sayDifference(fleet)} this host's`],
      ['waits', waiting === 0 ? 'nothing to be told' : `${sayMany(waiting, 'line')} to be told`],
      ['not believed', sayRefused(fleet)],
      [
        'told from',
        taken.length === 0
          ? undefined
          : taken.map(({ directory, from }) => `${directory} from ${from}`).join(', '),
      ],
      [
        'members',
        members.length === 0
          ? undefined
          : `${members.map(({ name: each, version }) => `${each} (${version})`).join(', ')}${more > 0 ? `, and ${sayCount(more)} more` : ''}`,
      ],
    ]),
  );
}

/** @param {FleetReport} fleet */
export function sayDifference({ differenceMs }) {
  if (differenceMs === undefined) return undefined;
  const ms = Math.abs(differenceMs);
  const size =
    ms < 1000 ? `${sayCount(Math.round(ms))} ms` : `${sayCount(Math.round(ms / 1000))} s`;
  return `${size} ${differenceMs < 0 ? 'behind' : 'before'}`;
}

/** @param {FleetReport} fleet */
function sayRefused({ refused: { seal, clock, format } }) {
  const kinds = [
    seal === 0 ? '' : `${sayCount(seal)} of another key`,
    clock === 0 ? '' : `${sayCount(clock)} from the future`,
    format === 0 ? '' : `${sayCount(format)} of another version`,
  ].filter((text) => text !== '');
  return kinds.length === 0 ? undefined : kinds.join(', ');
}
