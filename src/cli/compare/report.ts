import type { Answer } from '../../maps/answer.ts';
import { printable, printableLines } from '../../printable.ts';
import { EXIT } from '../exit.ts';
import type { CompareOptions } from './options.ts';
import type { Effect, Verdict } from './verdict.ts';

/** How many keys came to what. */
export type Summary = Record<Effect | LeftOut, number>;

/** Why a key is not compared: it can't be one, or it is none that a socketmap is asked for. */
export type LeftOut = 'unusable' | 'aside';

/** One key that was compared. */
export interface Compared extends Verdict {
  readonly key: string;
  readonly old: Answer;
  readonly ours: Answer;
}

/** Tells what was compared as it comes, so that no list is too long. */
export interface Report {
  readonly summary: Summary;
  tell(compared: Compared): Promise<void>;
  tellLeftOut(key: string, why: LeftOut): Promise<void>;
  /** Ends it with the summary; gives the exit code. */
  end(): Promise<number>;
}

/** Starts to print what differs: for people, or as one JSON text. */
export function createReport({ json, all }: Pick<CompareOptions, 'json' | 'all'>): Report {
  const summary: Summary = {
    same: 0,
    alike: 0,
    refused: 0,
    taken: 0,
    otherwise: 0,
    deferred: 0,
    failed: 0,
    unusable: 0,
    aside: 0,
  };
  let isFirst = true;
  const write = async (line: string, value: object): Promise<void> => {
    const before = isFirst ? '{"differences": [\n' : ',\n';
    await say(json === true ? before + JSON.stringify(value) : `${line}\n`);
    isFirst = false;
  };
  return {
    summary,
    tell: async ({ key, old, ours, effect, text }) => {
      summary[effect] += 1;
      if (effect === 'same' || (effect === 'alike' && all !== true)) return;
      await write(`${printable(key)}: ${printable(text)}`, { key, effect, text, old, new: ours });
    },
    tellLeftOut: async (key, why) => {
      summary[why] += 1;
      await write(`${printable(key)}: ${LEFT_OUT[why]}`, { key, effect: why, text: LEFT_OUT[why] });
    },
    end: async () => {
      const begun = isFirst ? '{"differences": [' : '\n';
      await say(
        json === true
          ? `${begun}], "summary": ${JSON.stringify(summary)}}\n`
          : `${formatSummary(summary)}\n`,
      );
      return exitCodeOf(summary);
    },
  };
}

const LEFT_OUT: Readonly<Record<LeftOut, string>> = {
  unusable:
    'not compared, it can be no key: it is too long, or holds control characters or what is no UTF-8',
  aside: 'not compared, it is no address: Postfix asks a socketmap for whole addresses only',
};

/** Whoever reads it slowly is waited for, else all of it would lie in memory; whoever has left is not. */
async function say(text: string): Promise<void> {
  if (process.stdout.write(printableLines(text))) return;
  await new Promise<void>((resolve) => {
    process.stdout.write('', () => resolve());
  });
}

const PHRASES: Readonly<Record<keyof Summary, string>> = {
  same: 'the same',
  alike: 'alike (order, case, extension)',
  refused: 'would be refused or not be found',
  taken: 'would be taken or be found',
  otherwise: 'would be answered otherwise',
  deferred: 'would be deferred now',
  failed: 'not compared, for the old one fails',
  unusable: 'not compared, for it can be no key',
  aside: 'not compared, for it is no address',
};

function formatSummary(summary: Summary): string {
  const phrases = Object.entries(summary).filter(([, count]) => count > 0);
  const compared = phrases.reduce((sum, [, count]) => sum + count, 0);
  const told = phrases.map(([effect, count]) => `${count} ${phraseOf(effect)}`).join(', ');
  return `${compared} ${compared === 1 ? 'key' : 'keys'}: ${told}`;
}

const phraseOf = (effect: string): string =>
  Object.entries(PHRASES).find(([name]) => name === effect)?.[1] ?? effect;

function exitCodeOf(summary: Summary): number {
  const { same, alike, refused, taken, otherwise, deferred, failed, unusable } = summary;
  const differing = refused + taken + otherwise;
  if (deferred + failed + unusable > 0 || differing + same + alike === 0) return EXIT.temporary;
  return differing > 0 ? EXIT.notFound : EXIT.ok;
}
