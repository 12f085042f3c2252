import { type Answer, NOTFOUND } from '../../maps/answer.ts';
import { CliError, EXIT } from '../exit.ts';
import { listKeys } from './listing.ts';
import { findMeaning, isAside, isUsable, type Meaning } from './meaning.ts';
import { askOld, type Old, readOld } from './old.ts';
import type { CompareOptions } from './options.ts';
import { withOurs } from './ours.ts';
import { type Ask, askAll, withPatience } from './patience.ts';
import { createAskTables } from './postmap.ts';
import { createReport, type Report } from './report.ts';
import { createPostmap } from './run.ts';
import { withSocket } from './socket.ts';
import { gatherKeys, inBatches } from './source.ts';
import { compareAnswers } from './verdict.ts';

/** So many keys are one question to postmap, and in memory at a time. */
const BATCH = 2000;

type AskMany = (keys: readonly string[]) => Promise<ReadonlyMap<string, Answer>>;

/** Asks what Postfix asked until now and idpmap's map for the same keys, and prints where mail would notice a difference. */
export async function compare(
  text: string,
  map: string,
  given: readonly string[],
  options: CompareOptions,
): Promise<number> {
  if (given.length === 0 && [options.from, options.log, options.table].every(isAbsent))
    throw new CliError(
      EXIT.usage,
      'which addresses? give them, or --from FILE, --log FILE of a mail.log, or --table for all of the old table',
    );
  const old = await readOld(text, options.postfixConfig);
  const meaning = await findMeaning(map, options);
  const keys = gatherKeys(given, options, meaning, () => listKeys(old, options.postfixConfig));
  const report = createReport(options);
  try {
    await withOld(old, meaning, options, (askOf) =>
      withOurs(map, options, async (ask) => {
        for await (const batch of inBatches(keys, BATCH))
          await compareBatch(batch, askOf, ask, meaning, report);
      }),
    );
  } catch (error) {
    if (countOf(report) > 0) await report.end();
    throw error;
  }
  if (countOf(report) === 0) throw new CliError(EXIT.data, 'there is no address in what was given');
  return report.end();
}

const countOf = ({ summary }: Report): number =>
  Object.values(summary).reduce((sum, count) => sum + count, 0);

const isAbsent = (value: unknown): boolean => value === undefined || value === false;

async function compareBatch(
  batch: readonly string[],
  askOf: AskMany,
  ask: Ask,
  meaning: Meaning,
  report: Report,
): Promise<void> {
  const usable = batch.filter((key) => isUsable(key) && !isAside(key, meaning));
  const olds = await askOf(usable);
  const ours = await askAll(usable, ask);
  for (const key of batch) {
    const answer = ours.get(key);
    if (answer === undefined) await report.tellLeftOut(key, isUsable(key) ? 'aside' : 'unusable');
    else {
      const was = olds.get(key) ?? NOTFOUND;
      const verdict = compareAnswers(key, was, answer, meaning);
      await report.tell({ key, old: was, ours: answer, ...verdict });
    }
  }
}

function withOld<R>(
  old: Old,
  meaning: Meaning,
  { postfixConfig }: CompareOptions,
  use: (ask: AskMany) => Promise<R>,
): Promise<R> {
  if ('tables' in old) {
    const ask = createAskTables(createPostmap(postfixConfig));
    return use((keys) => askOld(old.tables, keys, meaning, ask));
  }
  return withSocket(old.endpoint, old.map, (ask) => use((keys) => askAll(keys, withPatience(ask))));
}
