/** @import { Status } from '../statusreport.ts' */
import { make } from './dom.js';
import { countAnswers } from './recent.js';
import { sayCount, sayShare, sayTime } from './words.js';

// The chart library is served beside this file, under another name than types know it by.
/** @type {{ default: typeof import('uplot') }} */
const { default: uPlot } = await import(new URL('uplot.js', import.meta.url).href);

/** @typedef {Status['history']['answers']} Answers */

/** Fifteen minutes of steps. */
const STEPS = 90;
const MINUTE = 6;
const HEIGHT = 56;

/**
 * What is drawn, each in a chart of its own: scales differ by orders of magnitude.
 * @type {readonly { title: string, code: string, tone: string, count: (answers: Answers, i: number) => number }[]}
 */
const SERIES = [
  { title: 'Taken', code: 'OK', tone: 'good', count: ({ OK }, i) => OK[i] ?? 0 },
  {
    title: 'Refused',
    code: 'NOTFOUND',
    tone: 'idle',
    count: ({ NOTFOUND }, i) => NOTFOUND[i] ?? 0,
  },
  {
    title: 'Deferred',
    code: 'TEMP, PERM',
    tone: 'bad',
    count: ({ TEMP, PERM }, i) => (TEMP[i] ?? 0) + (PERM[i] ?? 0),
  },
  {
    title: 'From stale memory',
    code: 'stale',
    tone: 'warn',
    count: ({ stale }, i) => stale[i] ?? 0,
  },
];

/**
 * Makes the charts of the verdicts.
 * @param {HTMLElement} place
 * @returns {(status: Status) => void} shows other figures
 */
export function createCharts(place) {
  const updates = SERIES.map((series) => createTile(place, series));
  return (status) => {
    for (const update of updates) update(status);
  };
}

/**
 * @param {HTMLElement} place
 * @param {(typeof SERIES)[number]} series
 */
function createTile(place, { title, code, tone, count }) {
  const number = make('strong');
  const separator = make('span', 'separator', ' · ');
  const share = make('span', 'share');
  const chart = make('div', { class: 'chart', role: 'img' });
  const caption = make('p', 'caption');
  const tile = make(
    'article',
    `tile ${tone}`,
    make('h3', {}, `${title} `, make('code', {}, code)),
    make('p', 'figure', number, ' in the last minute', separator, share),
    chart,
    caption,
  );
  place.append(tile);
  const plot = createPlot(chart, tone);
  return (/** @type {Status} */ status) => {
    const { stepMs, since, answers } = status.history;
    const all = answers.OK.map((_, i) => count(answers, i));
    const drawn = all.slice(-STEPS);
    const last = Date.parse(since);
    const times = drawn.map((_, i) => (last - (drawn.length - 1 - i) * stepMs) / 1000);
    const minute = all.slice(-MINUTE).reduce((sum, each) => sum + each, 0);
    const part = code === 'stale' ? '' : sayShare(minute, countAnswers(status, MINUTE).all);
    number.textContent = sayCount(minute);
    share.textContent = part;
    separator.hidden = part === '';
    tile.classList.toggle('none', minute === 0);
    const most = Math.max(...drawn);
    caption.textContent = `since ${sayTime((times[0] ?? 0) * 1000, status.now)}, at most ${sayCount(most)} in ${stepMs / 1000} s`;
    chart.setAttribute(
      'aria-label',
      `${title} in the last fifteen minutes: ${caption.textContent}`,
    );
    plot.setData([times, drawn]);
  };
}

/**
 * @param {HTMLElement} place
 * @param {string} tone
 */
function createPlot(place, tone) {
  const colour = () => getComputedStyle(place).getPropertyValue(`--${tone}`);
  const bars = uPlot.paths.bars?.({ size: [0.85, 40], align: 1 });
  const plot = new uPlot(
    {
      width: place.clientWidth,
      height: HEIGHT,
      padding: [2, 0, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      axes: [{ show: false }, { show: false }],
      scales: {
        // The bar of a step stands behind its instant.
        x: { range: (plotted, first, last) => [first, last + stepOf(plotted.data[0])] },
        y: { range: (_, __, most) => [0, Math.max(most, 1)] },
      },
      series: [
        {},
        {
          fill: colour,
          stroke: colour,
          width: 0,
          points: { show: false },
          ...(bars && { paths: bars }),
        },
      ],
    },
    [[], []],
    place,
  );
  new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HEIGHT })).observe(
    place,
  );
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => plot.redraw());
  return plot;
}

/** @param {ArrayLike<number>} times */
const stepOf = (times) => (times[1] ?? 0) - (times[0] ?? 0);
