import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { parseDuration } from '../config/schema/units.ts';
import { sendCommand } from '../control/client.ts';
import { type DrillReport, drill as runDrill, type Tally } from '../daemon/drill.ts';
import { silentLog } from '../log.ts';
import { reasonOf } from '../reason.ts';
import { type CommonOptions, controlPathOf, load } from './common.ts';
import { CliError, EXIT } from './exit.ts';
import { print } from './print.ts';

export interface DrillOptions extends CommonOptions {
  readonly from?: string;
  readonly for: string;
  readonly hang?: boolean;
}

const MAX_ADDRESSES = 1000;

/** Rehearses an outage of the directories, beside the running daemon and without touching it. */
export async function drill(addresses: readonly string[], options: DrillOptions): Promise<number> {
  const { settings } = await load(options);
  const cutMs = readDuration(options.for);
  const report = await runDrill({
    settings,
    addresses: await gather(addresses, options, controlPathOf(settings, options)),
    how: options.hang === true ? 'hang' : 'refuse',
    cutMs,
    log: silentLog,
  });
  print(options, report, format(report));
  return report.passed ? EXIT.ok : EXIT.software;
}

function readDuration(given: string): number {
  try {
    return parseDuration(given);
  } catch (error) {
    throw new CliError(EXIT.usage, `--for ${reasonOf(error)}`, { cause: error });
  }
}

async function readAddresses(file: string): Promise<string> {
  try {
    return file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
  } catch (error) {
    throw new CliError(EXIT.data, `--from ${file} can't be read: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** Those given, else those of a file, else those that the running daemon remembers, or has in a mirror. */
async function gather(
  given: readonly string[],
  { from }: DrillOptions,
  controlPath: string,
): Promise<readonly string[]> {
  if (given.length > 0) return given;
  if (from !== undefined) {
    return (await readAddresses(from))
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  }
  const known = await sendCommand(controlPath, 'known', { limit: MAX_ADDRESSES }).catch(
    () => undefined,
  );
  if (known !== undefined && known.addresses.length > 0) return known.addresses;
  throw new CliError(
    EXIT.usage,
    'whom to ask for? give addresses, or --from FILE; no running daemon knows any',
  );
}

function conclude({ before, known, strangers, recoveredAfterMs }: DrillReport): string {
  if (before[250] === 0)
    return 'nobody got 250 before the cut, so nobody could be missed: name people who are there, and see idpmap check';
  if (known[550] + known[554] + strangers[550] + strangers[554] > 0) return 'mail was refused';
  if (known[451] > 0) return 'people who were known were deferred';
  if (recoveredAfterMs === undefined) return 'it is not as before';
  return 'nothing was refused';
}

function format(report: DrillReport): string {
  const line = (name: string, tally: Tally): string =>
    `${name.padEnd(34)} 250: ${tally[250]}  451: ${tally[451]}  550: ${tally[550]}  554: ${tally[554]}`;
  const { recoveredAfterMs: ms } = report;
  return [
    line('before the cut', report.before),
    line('known people, directories cut', report.known),
    line('strangers, directories cut', report.strangers),
    line('after the cut', report.after),
    ms === undefined ? 'it did not recover' : `as before ${ms} ms after the directories came back`,
    `${report.passed ? 'passed' : 'NOT passed'}: ${conclude(report)}`,
  ].join('\n');
}
