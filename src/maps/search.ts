import type { Address } from '../address/address.ts';
import type { Entry, Maybe } from '../directory/directory.ts';
import { none } from '../directory/finding.ts';
import { andThen } from '../directory/maybe.ts';
import type { Absent, Context, Found, Outcome, Unknown } from '../lookup/outcome.ts';
import type { Source } from '../lookup/path.ts';
import { type Candidate, type CandidateKind, exactly, listCandidates } from './candidates.ts';
import type { Domain } from './domains.ts';

/** What a search ended with, and where. */
export interface Match {
  /** Its `goodUntil` is the earliest of all that the search asked. */
  readonly outcome: Outcome<Entry>;
  /** The one that was asked last: the holder's, where it was found. */
  readonly candidate: Candidate;
}

/** One candidate put to one directory. */
interface Question {
  readonly candidate: Candidate;
  readonly source: Source<Entry>;
}

/**
 * Looks for whoever `asked` means: candidates outside, directories inside. Only *none* goes on to the next; *unknown*
 * ends the search, unless memory knows the address or its extension-less form further on.
 */
export function search(
  asked: Address,
  domain: Domain,
  kinds: ReadonlySet<CandidateKind>,
  delimiters: string,
  context: Context,
): Maybe<Match> {
  const candidate = exactly(asked, domain);
  const [source] = domain.sources;
  let first: Maybe<Outcome<Entry>> | undefined;
  if (source !== undefined && kinds.has('exact')) {
    first = ask({ candidate, source }, context);
    // Nearly every search ends here, before any list is made.
    if (!(first instanceof Promise) && first.status === 'found')
      return { outcome: first, candidate };
  }
  const questions = listCandidates(asked, domain, kinds, delimiters).flatMap((each) =>
    each.domain.sources.map((from): Question => ({ candidate: each, source: from })),
  );
  const [question] = questions;
  if (question === undefined) return { outcome: none('form', 'nobody is asked for it'), candidate };
  return follow(questions, 0, question, first ?? ask(question, context), context, GOOD);
}

/** Nothing bounds how long the answer may be given again. */
const GOOD = Number.POSITIVE_INFINITY;

function ask({ candidate, source }: Question, context: Context): Maybe<Outcome<Entry>> {
  const { kind, address } = candidate;
  if (context.tell !== undefined) context.tell({ step: 'candidate', kind, address });
  return source.lookup(address, context);
}

function follow(
  questions: readonly Question[],
  index: number,
  question: Question,
  outcome: Maybe<Outcome<Entry>>,
  context: Context,
  /** Until when the *none*s before it are good; `undefined`: nobody knows. */
  before: number | undefined,
): Maybe<Match> {
  const goOn = (settled: Outcome<Entry>): Maybe<Match> => {
    const { candidate } = question;
    if (settled.status === 'unknown')
      return (
        recall(questions.slice(index + 1), settled, context) ?? { outcome: settled, candidate }
      );
    const goodUntil = earlier(before, settled.goodUntil);
    const next = settled.status === 'none' ? questions[index + 1] : undefined;
    if (next === undefined) return { outcome: boundBy(settled, goodUntil), candidate };
    return follow(questions, index + 1, next, ask(next, context), context, goodUntil);
  };
  return andThen(outcome, goOn);
}

const earlier = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? undefined : Math.min(one, other);

/** The same, good for no longer than what was said before it. */
function boundBy(
  outcome: Found<Entry> | Absent,
  goodUntil: number | undefined,
): Found<Entry> | Absent {
  if (outcome.goodUntil === goodUntil) return outcome;
  const { goodUntil: _own, ...rest } = outcome;
  return goodUntil === undefined ? rest : { ...rest, goodUntil };
}

/**
 * In doubt about ann+news@ or about one directory, what memory holds of ann+news@ and ann@ behind it still counts: it is
 * the same person. Nobody else may stand in, so never the twin domain, a role or the catch-all.
 */
function recall(behind: readonly Question[], doubt: Unknown, context: Context): Match | undefined {
  for (const { candidate, source } of behind) {
    if (candidate.kind === 'aliasOf') return undefined;
    const known = source.recall(candidate.address, context);
    if (known !== undefined)
      return { outcome: { status: 'found', value: known.value, stale: doubt }, candidate };
  }
  return undefined;
}
