import { CliError, EXIT } from '../../exit.ts';
import { formatRemark } from '../../remark.ts';
import { type Asker, createAsker, type Streams } from './asker.ts';
import { finish } from './finish.ts';
import { chooseOutput, placeAll } from './places.ts';
import type { Kind, Plan } from './plan.ts';
import { type Answers, answerAll, missing, type Options, without } from './question.ts';
import { tryPlan } from './trial.ts';

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
  let before: Answers = {};
  for (let options = given; ; options = without(options, steps)) {
    const answers = await answerAll(steps, { options, before, ...(asker && { asker }) });
    const plan = planOf(answers, given);
    if (await isWanted(plan, given, asker, tell)) return plan;
    before = answers;
  }
}

/** Tries it until it is well, or somebody wants it as it is; otherwise it is answered again. */
async function isWanted(
  plan: Plan,
  options: Options,
  asker: Asker | undefined,
  tell: (line: string) => void,
): Promise<boolean> {
  while (!(await isWell(plan, options, asker, tell))) {
    if (asker === undefined) throw new CliError(EXIT.temporary, 'it failed: nothing was written');
    const line = await asker.ask(FAILED);
    if (/^w(?:rite)?$/i.test(line)) return true;
    if (!/^t(?:ry)?$/i.test(line)) return false;
  }
  return true;
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
  const remarks = await tryPlan(plan, asker?.ended ?? never);
  for (const remark of remarks) tell(formatRemark(remark));
  return !remarks.some(({ level }) => level === 'failed');
}
