import { fstatSync } from 'node:fs';

/** The priorities of syslog(3) that lines begin with, by the level of a log. */
const PRIORITIES = new Map([
  ['fatal', 2],
  ['error', 3],
  ['warn', 4],
  ['info', 6],
  ['debug', 7],
  ['trace', 7],
]);

/**
 * Whether what is written to `descriptor` becomes lines of systemd's journal: a service's does, and that of a pipe or file
 * that it was led to does not, whatever the environment says.
 * @see systemd.exec(5), `JOURNAL_STREAM`
 */
export function isJournal(
  descriptor: number,
  { JOURNAL_STREAM: stream = '' }: Readonly<Record<string, string | undefined>>,
): boolean {
  if (stream === '') return false;
  try {
    const { dev, ino } = fstatSync(descriptor, { bigint: true });
    return stream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}

/** Writes text for the journal: each of its lines with the priority of its level, `<4>`. It ends as `text` does. */
export const forJournal = (level: string, text: string): string =>
  text.replaceAll(/^(?=.)/gmu, `<${PRIORITIES.get(level) ?? 6}>`);

/**
 * Writes one event for the journal: what happened, then its fields by name, `circuit opened: directory=staff`; an error's
 * stack in lines of its own. When it was is the journal's to say.
 */
export function formatEvent({
  level,
  msg,
  err,
  ...fields
}: Readonly<Record<string, unknown>>): string {
  const told = Object.entries(fields)
    .filter(([name]) => name !== 'time')
    .map(([name, value]) => `${name}=${showValue(value)}`);
  const stack = isStacked(err) ? `\n${err.stack}` : '';
  const more = [...told, ...(err === undefined || stack !== '' ? [] : [`err=${showValue(err)}`])];
  const text = `${showText(msg)}${more.length === 0 ? '' : `: ${more.join(', ')}`}${stack}\n`;
  return forJournal(showText(level), text);
}

const showText = (value: unknown): string => (typeof value === 'string' ? value : showValue(value));

/** A word as it is, all else as JSON has it. */
const showValue = (value: unknown): string =>
  typeof value === 'string' && /^[^\s"=,]+$/u.test(value) ? value : (JSON.stringify(value) ?? '');

const isStacked = (err: unknown): err is { readonly stack: string } =>
  typeof err === 'object' && err !== null && 'stack' in err && typeof err.stack === 'string';
