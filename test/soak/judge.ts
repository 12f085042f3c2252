/** Whom the directory has, under all faults of the way to it. Mail for them may wait, and is never refused. */
export const KNOWN = [
  'ann@example.test',
  'bob@example.test',
  'dora@example.test',
  'lou@example.test',
  'a.smith@example.test',
  'ann+news@example.test',
  'team@example.test',
  'nested@example.test',
] as const;

/** What a question or a recipient came to. */
export type Said = 'taken' | 'refused' | 'deferred' | 'lost';

/** Counts what is said of known and unknown addresses, and keeps what is wrong. */
export interface Judge {
  /** `who` is as it was asked; `how` goes into the report. */
  readonly hear: (who: string, said: Said, how: string) => void;
  readonly counts: Readonly<Record<`${'known' | 'unknown'} ${Said}`, number>>;
  /** What may never be said: a known address refused, or an unknown one taken. */
  readonly wrong: readonly string[];
}

const MOST_WRONG = 100;

/** Creates a judge; whoever is not known is unknown. */
export function createJudge(): Judge {
  const known: ReadonlySet<string> = new Set(KNOWN);
  const wrong: string[] = [];
  const counts = {
    'known taken': 0,
    'known refused': 0,
    'known deferred': 0,
    'known lost': 0,
    'unknown taken': 0,
    'unknown refused': 0,
    'unknown deferred': 0,
    'unknown lost': 0,
  };
  return {
    hear: (who, said, how) => {
      const isKnown = known.has(who);
      counts[`${isKnown ? 'known' : 'unknown'} ${said}`] += 1;
      if (said === (isKnown ? 'refused' : 'taken') && wrong.length < MOST_WRONG)
        wrong.push(`${who}: ${how}`);
    },
    counts,
    wrong,
  };
}
