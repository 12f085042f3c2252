/** @import { Status } from '../statusreport.ts' */
/** @import { Rule, Summary } from './summary.js' */
import { sayCount, sayDuration, sayMany, sayTime } from './words.js';

// What is wrong with the daemon rather than with a directory, in the last quarter of an hour.

const LATELY = 'in the last quarter of an hour';

/**
 * Why connections are turned away, and what to do.
 * @type {readonly (readonly ['too-many' | 'too-many-of-peer' | 'accept', (max: number) => string])[]}
 */
const TURNED_AWAY = [
  [
    'too-many',
    (max) =>
      `as many were open as may be (${sayCount(max)}). To do: raise connections.max above the number of Postfix's processes, or see who holds them`,
  ],
  [
    'too-many-of-peer',
    () =>
      'one address had as many as it may. To do: raise connections.perPeer if it is a proxy, else see what it does',
  ],
  [
    'accept',
    () =>
      'the system could not hand them over. To do: raise the limit of open files (LimitNOFILE, ulimit -n)',
  ],
];

/**
 * @param {Status} status
 * @returns {Summary | undefined}
 */
function judgeConnections({ lately: { rejected }, connections: { max } }) {
  const details = TURNED_AWAY.filter(([reason]) => rejected[reason] > 0).map(
    ([reason, why]) =>
      `${sayMany(rejected[reason], 'connection')} ${were(rejected[reason])} turned away ${LATELY}, and mail waited for them: ${why(max)}. The log names the first peer.`,
  );
  return details.length === 0
    ? undefined
    : { tone: 'warn', title: 'Connections are turned away', details };
}

const were = (/** @type {number} */ count) => (count === 1 ? 'was' : 'were');

/**
 * Why an answer can't be sent, and what to do.
 * @type {readonly (readonly ['size' | 'empty' | 'control', string])[]}
 */
const UNSENDABLE = [
  [
    'size',
    'it is larger than Postfix reads. To do: split the group, or let a list manager have it',
  ],
  ['empty', 'it is empty. To do: mend the value in the directory or table'],
  ['control', 'it holds a line break or a NUL. To do: mend the value in the directory or table'],
];

/**
 * @param {Status} status
 * @returns {Summary | undefined}
 */
function judgeUnsent({ lately: { unsent } }) {
  const details = UNSENDABLE.filter(([fault]) => unsent[fault] > 0).map(
    ([fault, why]) =>
      `An answer can't be sent to Postfix, ${sayMany(unsent[fault], 'lookup')} ${were(unsent[fault])} deferred for it ${LATELY}: ${why}. That mail bounces in the end; the log names the address.`,
  );
  return details.length === 0
    ? undefined
    : { tone: 'warn', title: "An answer can't be sent", details };
}

/** The alert waits for so many, too: a busy machine is late now and then. */
const MOST_OVERDUE = 5;

/**
 * @param {Status} status
 * @returns {Summary | undefined}
 */
function judgeBugs({ lately: { bugs, overdue } }) {
  if (bugs === 0 && overdue <= MOST_OVERDUE) return undefined;
  const details = [
    ...(bugs === 0
      ? []
      : [
          `${sayMany(bugs, 'lookup')} ${were(bugs)} deferred ${LATELY} by a fault of idpmap itself: the log has its stack. To do: report it.`,
        ]),
    ...(overdue <= MOST_OVERDUE
      ? []
      : [
          `${sayMany(overdue, 'request')} had no answer by the deadline ${LATELY}: the process is short of CPU. To do: see what else runs, remove a CPU limit.`,
        ]),
  ];
  return { tone: 'warn', title: bugs === 0 ? 'Answers are late' : 'A fault of idpmap', details };
}

/** A sender has tried it once more. */
const TWICE = 2;

/**
 * Few, among many that are answered; but each of them is mail that waits until somebody mends it.
 * @param {Status} status
 * @returns {Summary | undefined}
 */
function judgeDoubts({ causes }) {
  const doubts = causes.filter(({ cause, count }) => cause === 'entry' && count >= TWICE);
  if (doubts.length === 0) return undefined;
  const details = doubts.map(
    ({ directory, count }) =>
      `${sayMany(count, 'lookup')} in the last hour ${were(count)} deferred for a doubt about single addresses of ${directory}: two have one, or a group is too large. The log names each and says why. To do: mend that entry; "idpmap explain ADDRESS" says how it is answered now.`,
  );
  return { tone: 'warn', title: 'An address is in doubt', details };
}

/**
 * What holds mail back beside directories.
 * @type {readonly Rule[]}
 */
export const BESIDE = [judgeConnections, judgeUnsent, judgeDoubts, judgeBugs];

const DAY_MS = 86_400_000;

/** As the alert warns. */
const SOON_MS = 14 * DAY_MS;

/** A token is renewed by itself. */
const EXPIRY = /^(?!token)(.*)ExpiresAt$/;

/**
 * @param {Status} status
 * @returns {Summary | undefined}
 */
function judgeExpiry({ directories, now }) {
  const details = directories.flatMap(({ name, figures = {} }) =>
    Object.entries(figures).flatMap(([figure, at]) => {
      const what = EXPIRY.exec(figure)?.[1];
      const left = at - Date.parse(now);
      if (what === undefined || !(left < SOON_MS)) return [];
      const when =
        left < 0
          ? `ended at ${sayTime(at, now)}`
          : `ends in ${sayDuration(left)}, at ${sayTime(at, now)}`;
      return [
        `Directory ${name}: its ${sayWords(what)} ${when}. To do: renew it; idpmap takes up a new file by itself.`,
      ];
    }),
  );
  return details.length === 0
    ? undefined
    : { tone: 'warn', title: 'A certificate or secret expires', details };
}

const sayWords = (/** @type {string} */ name) =>
  name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** What it means that a file can't be written. */
const UNWRITTEN = /** @type {const} */ ({
  state:
    'after a restart, what was held or accepted, and which domains were listed, would not be known',
  memory: 'a restart in an outage would forget who is known',
});

/**
 * @param {Status} status
 * @returns {Summary | undefined}
 */
function judgeFiles({ unwritten }) {
  const [first] = unwritten;
  if (first === undefined) return undefined;
  const details = unwritten.map(
    ({ what, reason }) =>
      `The ${what} can't be written, ${UNWRITTEN[what]}: ${reason}. To do: make room, or let idpmap write there; it tries again by itself.`,
  );
  return { tone: 'warn', title: `The ${first.what} can't be written`, details };
}

/**
 * @param {Status} status
 * @returns {Summary | undefined}
 */
function judgeLog({ lately: { droppedLines } }) {
  if (droppedLines === 0) return undefined;
  const details = [
    `${sayMany(droppedLines, 'line')} of the log ${were(droppedLines)} lost ${LATELY}: standard error took none. No mail waits for it. To do: make room, or start what reads the log.`,
  ];
  return { tone: 'warn', title: 'Lines of the log are lost', details };
}

/**
 * What holds no mail back yet.
 * @type {readonly Rule[]}
 */
export const YET = [judgeExpiry, judgeFiles, judgeLog];

/**
 * Connections of somebody else, or of a Postfix that was forgotten. Whoever likes can make them: they change no verdict.
 * @param {Status} status
 * @returns {readonly string[]}
 */
export function describeStrangers({ lately: { rejected } }) {
  const count = rejected['not-allowed'];
  const withoutTls = rejected.tls;
  return [
    ...(count === 0
      ? []
      : [
          `${sayMany(count, 'connection')} ${were(count)} turned away ${LATELY}, for allow does not name their network. If it is a Postfix's, add it.`,
        ]),
    ...(withoutTls === 0
      ? []
      : [
          `${sayMany(withoutTls, 'connection')} ${were(withoutTls)} turned away ${LATELY}, for they spoke no TLS or had no certificate that is accepted.`,
        ]),
  ];
}
