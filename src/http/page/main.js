/** @import { Status } from '../statusreport.ts' */
import { Refusal, readStatus } from './api.js';
import { createCharts } from './charts.js';
import { makeDirectory } from './directories.js';
import { find, make, makeText, SIGNS, show } from './dom.js';
import { makeCauses, makeDaemon, makeMaps } from './figures.js';
import { makeFleet } from './fleet.js';
import { summarise } from './summary.js';
import { askForToken, createTestBox, noteToken } from './testbox.js';
import { keepToken, takeTokenFromLink } from './token.js';
import { sayTime } from './words.js';

const INTERVAL_MS = 2000;

const version = find('version', HTMLElement);
const updated = find('updated', HTMLElement);
const unreachable = find('unreachable', HTMLElement);
const summary = find('summary', HTMLElement);
const headline = find('headline', HTMLElement);
const details = find('details', HTMLElement);
const directories = find('directories', HTMLElement);
const fleetSection = find('fleet-section', HTMLElement);
const fleet = find('fleet', HTMLElement);
const causes = find('causes', HTMLElement);
const maps = find('maps', HTMLElement);
const daemon = find('daemon', HTMLElement);

takeTokenFromLink();
createTestBox();
window.addEventListener('hashchange', () => {
  takeTokenFromLink();
  askForToken();
  void update();
});
const showCharts = createCharts(find('answers', HTMLElement));

/** Browsers slow the timers of tabs that nobody sees: who comes back sees what is now. */
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void update();
});

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let isAsking = false;
/** When the daemon was reached last; 0: not yet. */
let reachedAt = 0;

async function update() {
  if (isAsking) return;
  isAsking = true;
  clearTimeout(timer);
  await readStatus().then(showStatus, showFault);
  isAsking = false;
  timer = setTimeout(() => void update(), INTERVAL_MS);
}

/** @param {Status} status */
function showStatus(status) {
  const { now } = status;
  reachedAt = Date.now();
  unreachable.hidden = true;
  document.body.classList.remove('old');
  version.textContent = status.version;
  updated.textContent = `as of ${sayTime(now, now)}`;
  showSummary(status);
  noteToken(status.token);
  showCharts(status);
  show(directories, ...status.directories.map((directory) => makeDirectory(directory, now)));
  fleetSection.hidden = status.fleet === undefined;
  show(fleet, ...(status.fleet === undefined ? [] : [makeFleet(status.fleet, now)]));
  show(causes, makeCauses(status));
  show(maps, makeMaps(status));
  show(daemon, makeDaemon(status));
}

/** @param {Status} status */
function showSummary(status) {
  const { tone, title, details: said } = summarise(status);
  summary.className = `banner ${tone}`;
  announce(headline, `${SIGNS[tone]} ${title}`);
  show(details, ...said.map((text) => make('p', {}, ...makeText(text))));
  document.title = `${SIGNS[tone]} ${title} – idpmap`;
}

/** @param {unknown} error */
function showFault(error) {
  if (error instanceof Refusal && error.isToken) {
    keepToken();
    askForToken();
  }
  const said =
    error instanceof Refusal
      ? `The daemon shows no figures: ${error.message}`
      : `The daemon can't be reached${reachedAt === 0 ? '' : ` since ${sayTime(reachedAt, Date.now())}`}. Mail is deferred where it does not run.`;
  announce(unreachable, `${SIGNS.bad} ${said}${reachedAt === 0 ? '' : ' What is below is old.'}`);
  unreachable.hidden = false;
  document.body.classList.add('old');
  document.title = `${SIGNS.bad} not reached – idpmap`;
}

/**
 * Changes what is read out to people, where it is something else.
 * @param {HTMLElement} element
 * @param {string} text
 */
function announce(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

await update();
