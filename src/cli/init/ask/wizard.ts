import { access, constants, lstat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { DEFAULT_FILE } from '../../../config/load.ts';
import { formatFinding } from '../../check.ts';
import { editorLines } from '../../editors.ts';
import { CliError, EXIT } from '../../exit.ts';
import { CONFIG_HEAD } from '../../init.ts';
import { print } from '../../print.ts';
import { type Asker, createAsker, type Streams } from './asker.ts';
import { type Kind, NO_COMMANDS, type Plan } from './plan.ts';
import { type Answers, answerAll, missing, type Options, without } from './question.ts';
import { tryPlan } from './trial.ts';
import { type Written, writeAll } from './write.ts';

/** Around it: where people answer, and where they can't. */
export interface Surroundings {
  /** Absent: nobody is there to be asked. */
  readonly terminal?: Streams;
  /** Standard output is a file or another program: the configuration goes there. */
  readonly isPiped: boolean;
  /** What is told where nobody is asked. */
  readonly tell: (line: string) => void;
}

/**
 * Makes a configuration of a type of directory: asks what no option answers, where somebody is there, tries what was
 * answered, and writes it, or prints it. A fault is told, and asked about again. Until all is known nothing is written.
 */
export async function initByAsking(
  name: string,
  kind: Kind,
  options: Options,
  { terminal, isPiped, tell }: Surroundings,
): Promise<number> {
  const lacking = missing(kind.steps, options);
  if (lacking.length === 0) return make(kind, options, { isPiped, tell });
  if (terminal === undefined)
    throw new CliError(
      EXIT.usage,
      `init ${name} lacks ${[...new Set(lacking)].join(', ')}: add what is missing, or run it in a terminal, where it asks`,
    );
  const asker = createAsker(terminal);
  // Else a signal ends the process, and leaves what is being tried.
  for (const signal of SIGNALS) process.once(signal, asker.end);
  try {
    asker.tell(HEAD);
    return await make(kind, options, { asker, isPiped, tell: asker.tell });
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, asker.end);
    asker.end();
  }
}

interface Making extends Pick<Surroundings, 'isPiped' | 'tell'> {
  readonly asker?: Asker;
}

async function make(
  kind: Kind,
  options: Options,
  { asker, isPiped, tell }: Making,
): Promise<number> {
  const plan = await planByAsking(kind, options, asker, tell);
  const output = await chooseOutput(options, asker, isPiped);
  const files = output === undefined && asker === undefined ? [] : plan.files;
  const places = await placeAll(files, output, options, asker);
  return finish(plan, places, output, { options, tell });
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What is wrong may be the answers, or on the other side, where it can be mended meanwhile. */
const FAILED =
  'Answer again, try it once more where it was mended there, or write it as it is (again, try or write) [again]: ';

const HEAD =
  'An empty line means what stands in brackets. Ctrl-C ends it; nothing is written before all is known.';

/** Asks and tries until it is well, or wanted as it is. */
async function planByAsking(
  { steps, plan: planOf }: Kind,
  given: Options,
  asker: Asker | undefined,
  tell: (line: string) => void,
): Promise<Plan> {
  let options = given;
  let before: Answers = {};
  for (;;) {
    const answers = await answerAll(steps, { options, before, ...(asker && { asker }) });
    const plan = planOf(answers, given);
    for (let isDecided = false; !isDecided; ) {
      if (await isWell(plan, given, asker, tell)) return plan;
      if (asker === undefined) throw new CliError(EXIT.temporary, 'it failed: nothing was written');
      const line = await asker.ask(FAILED);
      if (/^w(?:rite)?$/i.test(line)) return plan;
      isDecided = !/^t(?:ry)?$/i.test(line);
    }
    before = answers;
    options = without(options, steps);
  }
}

async function isWell(
  plan: Plan,
  options: Options,
  asker: Asker | undefined,
  tell: (line: string) => void,
): Promise<boolean> {
  if (options['try'] === false) return true;
  if (plan.untried !== undefined) {
    if (asker !== undefined) tell(`Not tried: ${plan.untried}.`);
    return true;
  }
  if (asker !== undefined) tell('Trying it …');
  const never = new Promise<never>(() => {});
  const findings = await tryPlan(plan, asker?.ended ?? never);
  for (const finding of findings) tell(formatFinding(finding));
  return !findings.some(({ level }) => level === 'failed');
}

/** Where the configuration is written, absolute; absent: it is printed. */
async function chooseOutput(
  { output, force }: Options,
  asker: Asker | undefined,
  isPiped: boolean,
): Promise<Place | undefined> {
  if (typeof output === 'string') return placeOf(output, force === true, asker);
  if (asker === undefined || isPiped) return undefined;
  const place = await access(dirname(DEFAULT_FILE), constants.W_OK).then(
    () => DEFAULT_FILE,
    () => resolve('idpmap.yaml'),
  );
  const line = await asker.ask(`Write the configuration to [${place}]: `);
  return placeOf(line === '' ? place : line, force === true, asker);
}

/** A place where nothing is, or what is there may go. */
interface Place {
  readonly path: string;
  readonly isReplaced: boolean;
}

async function placeOf(
  wanted: string,
  isForced: boolean,
  asker: Asker | undefined,
): Promise<Place> {
  for (let path = resolve(wanted); ; ) {
    if (!(await isThere(path))) return { path, isReplaced: false };
    if (isForced) return { path, isReplaced: true };
    if (asker === undefined)
      throw new CliError(EXIT.data, `${path} is there already: move it away, or add --force`);
    const line = await asker.ask(
      `${path} is there already: overwrite it (yes), or write which file (yes or a name): `,
    );
    if (/^y(?:es)?$/i.test(line)) return { path, isReplaced: true };
    if (line !== '') path = resolve(line);
  }
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

/** Where each file beside the configuration is written, by its name. */
async function placeAll(
  files: Plan['files'],
  output: Place | undefined,
  { force }: Options,
  asker: Asker | undefined,
): Promise<ReadonlyMap<string, Place>> {
  const places = new Map<string, Place>();
  for (const { name } of files) {
    const beside = isAbsolute(name)
      ? name
      : join(dirname(output?.path ?? resolve('idpmap.yaml')), name);
    places.set(name, await placeOf(beside, force === true, asker));
  }
  return places;
}

interface Finishing {
  readonly options: Options;
  readonly tell: (line: string) => void;
}

/** Writes, or prints, and says what is left to do. */
async function finish(
  plan: Plan,
  places: ReadonlyMap<string, Place>,
  output: Place | undefined,
  { options, tell }: Finishing,
): Promise<number> {
  const near = output === undefined ? undefined : dirname(output.path);
  const lines = plan.config((name) => {
    const path = places.get(name)?.path ?? name;
    return dirname(path) === near ? basename(path) : path;
  });
  const config = [...editorLines(), ...CONFIG_HEAD, ...lines];
  const written: Written[] = plan.files.flatMap(({ name, text, isSecret }) => {
    const place = places.get(name);
    return place === undefined ? [] : [{ ...place, text, mode: isSecret ? 0o600 : 0o666 }];
  });
  if (output !== undefined)
    written.push({ ...output, text: `${config.join('\n')}\n`, mode: 0o666 });
  await writeAll(written);
  for (const { path } of written) tell(`wrote ${path}`);
  // What is written needs no command that writes it.
  const { head, lines: commands } = places.size > 0 ? NO_COMMANDS : plan.commands;
  printParts(options, {
    config: output === undefined ? { shown: config, text: lines } : { shown: [], text: [] },
    commands: { shown: [...head, ...commands], text: commands },
  });
  if (output !== undefined) {
    const first = commands.length === 0 ? '' : 'the commands above, then ';
    tell(`Next: ${first}idpmap check --config ${output.path}`);
  }
  return EXIT.ok;
}

interface Part {
  /** For people, with comments. */
  readonly shown: readonly string[];
  readonly text: readonly string[];
}

function printParts(
  { only, json }: Options,
  { config, commands }: Readonly<Record<'config' | 'commands', Part>>,
): void {
  const wanted = [only === 'commands' ? [] : config.shown, only === 'config' ? [] : commands.shown];
  const shown = wanted.filter((part) => part.length > 0).map((part) => part.join('\n'));
  if (shown.length === 0) return;
  const result = { config: `${config.text.join('\n')}\n`, commands: commands.text };
  print({ json: json === true }, result, shown.join('\n\n'));
}
