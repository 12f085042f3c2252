import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { parseDuration } from '../config/units.ts';
import { sendCommand } from '../control/client.ts';
import { type DrillReport, drill as runDrill, type Tally } from '../daemon/drill.ts';
import { silentLog } from '../log.ts';
import { type CommonOptions, controlPathOf, load, print } from './common.ts';
import { CliError, EXIT } from './exit.ts';

export interface DrillOptions extends CommonOptions {
  readonly from?: string;
  readonly for: string;
  readonly hang?: boolean;
}

const MAX_ADDRESSES = 1000;

/** Rehearses an outage of the directories, beside the running daemon and without touching it. */
export async function drill(addresses: readonly string[], options: DrillOptions): Promise<number> {
  const { settings } = await load(options);
  const report = await runDrill({
    settings,
    addresses: await gather(addresses, options, controlPathOf(settings, options)),
    how: options.hang === true ? 'hang' : 'refuse',
    cutMs: parseDuration(options.for),
    log: silentLog,
  });
  print(options, report, format(report));
  return report.passed ? EXIT.ok : EXIT.software;
}

/** Those given, else those of a file, else those that the running daemon remembers. */
async function gather(
  given: readonly string[],
  { from }: DrillOptions,
  controlPath: string,
): Promise<readonly string[]> {
  if (given.length > 0) return given;
  if (from !== undefined) {
    const lines = from === '-' ? await text(process.stdin) : await readFile(from, 'utf8');
    return lines
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
    'whom to ask for? give addresses, or --from FILE; no running daemon remembers any',
  );
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
    report.passed ? 'passed: nothing was refused' : 'NOT passed',
  ].join('\n');
}
