import leven from 'leven';
import { firstOfEach, kindOf } from './alike.ts';

/** One mistake in the configuration. */
export interface Problem {
  /** The setting, as people write it: `directories.staff.realm`; empty: the file or variable as a whole. */
  readonly path: string;
  readonly message: string;
  /** The file that `line` and `column` (both from 1) mean, absolute. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** What gave the value where no file did: a variable's name, or `the command line`. */
  readonly source?: string;
}

/** A configuration that can't be used. Its message is for the administrator and holds no secrets. */
export class ConfigError extends Error {
  /** `absent`: nobody configured anything. */
  readonly kind: 'absent' | 'invalid';
  /** All that is wrong, not only what was found first. */
  readonly problems: readonly Problem[];
  /** The control socket that it names all the same: a daemon may run by what stood there before. */
  readonly control?: string;

  /** `advice` follows the problems, as it stands. */
  constructor(
    kind: ConfigError['kind'],
    problems: readonly Problem[],
    advice = '',
    control?: string,
  ) {
    super(formatProblems(problems) + advice);
    this.name = 'ConfigError';
    this.kind = kind;
    this.problems = problems;
    if (control !== undefined) this.control = control;
  }
}

/**
 * Writes one problem on a line, its place as editors and terminals follow it: `/etc/idpmap/idpmap.yaml:12:5:
 * directories.staff.relm: unknown key`, or `config: deadline (IDPMAP_DEADLINE): …` where no file gave it.
 */
export function formatProblem({ path, message, file, line, column, source }: Problem): string {
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
  const who = path === '' ? source : path + (source === undefined ? '' : ` (${source})`);
  const parts = [place ?? 'config', who, message].filter((part) => part !== undefined);
  // What surprised us may hold a line break, and one problem is one line of the journal.
  return parts.join(': ').replaceAll(/\p{Cc}+/gu, ' ');
}

/** Problems that one message tells; the error holds all. */
const MAX_TOLD = 50;

/** Of so many alike all are told, of more these. */
export const MAX_ALIKE = 20;

function formatProblems(problems: readonly Problem[]): string {
  const alike = firstOfEach(problems, MAX_ALIKE, kindOf);
  const told = alike.slice(0, MAX_TOLD);
  const rest = alike.length - told.length;
  const same = problems.length - alike.length;
  return [
    ...told.map(formatProblem),
    ...(rest > 0 ? [`config: and ${rest} more`] : []),
    ...(same > 0 ? [`config: and ${same} more alike`] : []),
  ].join('\n');
}

/** Names that are listed in full where none resembles what was written. */
const MAX_LISTED = 12;

/** Ends a message about an unknown `word`: the known one that resembles it, else all, where they are few. */
export function suggest(word: string, known: readonly string[], quote = '"'): string {
  const near = nearest(word, known);
  if (near !== undefined) return `, did you mean ${quote}${near}${quote}?`;
  return list(known);
}

/** Ends a message with all that is known, where that is little. */
export const list = (known: readonly string[]): string =>
  known.length === 0 || known.length > MAX_LISTED
    ? ''
    : `, known ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}`;

/** Words that resemble others and are none of them. */
const OTHERS = /^(?:mssql|sqlserver)$/i;

/** The known word that differs from `word` by a slip or two, or by case and punctuation only. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (OTHERS.test(word)) return undefined;
  // A swap of two letters counts as two, which would turn a word of three into another.
  const bound = word.length < 4 ? 1 : Math.min(4, Math.max(2, Math.floor(word.length * 0.4)));
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const distance = leven(fold(word), fold(candidate), { maxDistance: bound + 1 });
    if (distance <= bound && distance < (best?.distance ?? Number.POSITIVE_INFINITY)) {
      best = { candidate, distance };
    }
  }
  return best?.candidate;
}

/** Letters and digits only, in lower case: `client_secret` means `clientSecret`. */
const fold = (text: string): string => text.toLowerCase().replaceAll(/[-_. ]/g, '');
