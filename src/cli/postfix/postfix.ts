import { errorOf, reasonOf } from '../../reason.ts';
import type { Settings } from '../../settings.ts';
import { type CommonOptions, load } from '../common.ts';
import { CliError, EXIT } from '../exit.ts';
import { print } from '../print.ts';
import { applyChanges, isAgreed } from './apply.ts';
import { type Change, findChanges, formatChanges, tellReplaced } from './changes.ts';
import { mainCf, masterCf, type Use } from './maincf.ts';
import { createPostconf, type Postfix, readPostfix } from './postconf.ts';
import { readFamilies, resolveEndpoint } from './reach.ts';

export interface PostfixOptions extends CommonOptions {
  /** Absent: what Postfix says, else Debian's. */
  readonly queueDirectory?: string;
  readonly relay?: boolean;
  /** Where main.cf lies; absent: Postfix knows. */
  readonly postfixConfig?: string;
  readonly diff?: boolean;
  readonly apply?: boolean;
  /** Keeps tables and domains that main.cf has now, before ours. */
  readonly keep?: boolean;
  /** Applies without a question. */
  readonly yes?: boolean;
}

/** Where Postfix keeps its queue unless it says otherwise, and Debian's its jail. */
const QUEUE_DIRECTORY = '/var/spool/postfix';

/**
 * Prints the lines of main.cf, and in comments those of master.cf and what of an administrator's own they replace, for this
 * configuration; or compares them with what Postfix has, or writes them there.
 */
export async function postfix(options: PostfixOptions): Promise<number> {
  const { settings } = await load(options);
  const use: Use = options.relay === true ? 'relay' : 'mailboxes';
  const running = await readPostfix(createPostconf(options.postfixConfig)).catch(errorOf);
  const found = running instanceof Error ? undefined : running;
  const lines = await linesFor(settings, use, options, found);
  const master = masterCf(settings, use);
  if (options.diff !== true && options.apply !== true) return tell(options, lines, master, found);
  if (running instanceof Error)
    throw new CliError(
      EXIT.unavailable,
      `Postfix can't be asked (${reasonOf(running)}): is it here, and is --postfix-config right?`,
    );
  const keep = options.keep === true ? 'theirs' : 'none';
  const changes = findChanges(lines, master, running, keep);
  if (options.apply === true && changes.length > 0)
    return write(options, changes, running.directory);
  print(options, { changes }, formatChanges(changes, running.directory));
  return changes.length === 0 ? EXIT.ok : EXIT.notFound;
}

/** Prints the lines, and what of an administrator's own each takes the place of. */
function tell(
  options: PostfixOptions,
  lines: readonly string[],
  master: readonly string[],
  running: Postfix | undefined,
): number {
  const replaces = running === undefined ? [] : findChanges(lines, master, running, 'none');
  const theirs = replaces.filter(({ whose }) => whose === 'theirs');
  const text = tellReplaced(lines, replaces).join('\n');
  print(options, { mainCf: lines, masterCf: master, replaces: theirs }, text);
  return EXIT.ok;
}

/** Shows what is changed, asks, and changes it. */
async function write(
  options: PostfixOptions,
  changes: readonly Change[],
  directory: string,
): Promise<number> {
  if (options.json !== true) print({}, undefined, formatChanges(changes, directory));
  if (options.yes !== true && !(await isAgreed(`write this into ${directory}?`))) {
    print(options, { changes, written: false }, 'nothing was written');
    return EXIT.notFound;
  }
  const backups = await applyChanges(changes, directory, createPostconf(options.postfixConfig));
  const undo = backups.map(({ from, to }) => `cp -p ${to} ${from}`).join(' && ');
  print(
    options,
    { changes, written: true, backups },
    `written; now: postfix check && postfix reload, then idpmap doctor\nto undo it: ${undo} && postfix reload`,
  );
  return EXIT.ok;
}

async function linesFor(
  settings: Settings,
  use: Use,
  { queueDirectory }: PostfixOptions,
  running: Postfix | undefined,
): Promise<readonly string[]> {
  const listen = await Promise.all(
    settings.listen.map(async (each) => ({
      ...each,
      endpoint: await resolveEndpoint(each.endpoint),
    })),
  );
  const queue = queueDirectory ?? running?.parameters.get('queue_directory') ?? QUEUE_DIRECTORY;
  const families = readFamilies(running?.parameters.get('inet_protocols') ?? '');
  return mainCf({ ...settings, listen }, use, queue, families);
}
