import { reasonOf } from '../../../reason.ts';
import { CliError, EXIT } from '../../exit.ts';
import type { Asker } from './asker.ts';

/** What was answered, by the name of the question; several values are apart by blanks. */
export type Answers = Readonly<Record<string, string>>;

/** An answer; empty where none was asked for. */
export const answerOf = (answers: Answers, name: string): string => answers[name] ?? '';

/** One question: data, so that the asker is one. */
export interface Question {
  readonly name: string;
  /** What is asked, without a mark behind it; absent: only its option says. */
  readonly text?: string;
  /** The option that answers it in advance. */
  readonly option: string;
  /** What an empty line means; absent, or nothing: there has to be an answer. */
  readonly suggest?: (answers: Answers) => string | undefined;
  /** Whether it matters after what was answered; absent: always. */
  readonly isAsked?: (answers: Answers) => boolean;
  /** Nobody sees the answer, nor is it suggested. */
  readonly isSecret?: true;
  /** Gives the answer as it is used. @throws {SyntaxError} that says how it is written right */
  readonly check?: (text: string, answers: Answers) => string | Promise<string>;
}

/** What is learnt between two questions from what was answered: further answers, which none asks for. */
export interface Learning {
  /** @throws {Error} where what was answered is of no use */
  readonly learn: (answers: Answers) => Promise<Answers>;
  /** The question to begin again with then. */
  readonly from: string;
}

export type Step = Question | Learning;

/** Options as commander gives them. */
export type Options = Readonly<Record<string, unknown>>;

/** Where answers come from. */
export interface AskOptions {
  readonly options: Options;
  /** Absent: nobody is there to be asked. */
  readonly asker?: Asker;
  /** What was answered before: an empty line keeps it. */
  readonly before?: Answers;
}

const isQuestion = (step: Step): step is Question => 'option' in step;

/** Asks what no option answers. @throws {CliError} where an answer is missing or wrong, and nobody can be asked */
export async function answerAll(steps: readonly Step[], asking: AskOptions): Promise<Answers> {
  let { before = {} } = asking;
  const from = flagsOf(asking.options);
  let answers: Answers = from;
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i];
    if (step === undefined) break;
    if (isQuestion(step)) {
      if (step.isAsked?.(answers) === false) continue;
      answers = { ...answers, [step.name]: await answer(step, answers, { ...asking, before }) };
      continue;
    }
    if (asking.options['try'] === false) continue;
    try {
      answers = { ...answers, ...(await step.learn(answers)) };
    } catch (error) {
      if (asking.asker === undefined)
        throw new CliError(EXIT.temporary, reasonOf(error), { cause: error });
      asking.asker.tell(`  ${reasonOf(error)}`);
      before = { ...before, ...answers };
      asking = { ...asking, options: without(asking.options, steps) };
      answers = from;
      i = steps.findIndex((each) => isQuestion(each) && each.name === step.from) - 1;
    }
  }
  return answers;
}

/** Options that are no answers, yes and no: `--organizations`. */
const flagsOf = (options: Options): Answers =>
  Object.fromEntries(
    Object.entries(options).flatMap(([name, value]) => (value === true ? [[name, 'true']] : [])),
  );

/** Those which failed once are asked for. */
export const without = (options: Options, steps: readonly Step[]): Options => {
  const asked = new Set(steps.filter(isQuestion).map(({ option }) => keyOf(option)));
  return Object.fromEntries(Object.entries(options).filter(([name]) => !asked.has(name)));
};

/** What the options answer, as an answer is before it is checked. */
export const givenAs = (options: Options, steps: readonly Step[]): Answers =>
  Object.fromEntries(
    steps.filter(isQuestion).flatMap((question) => {
      const text = given(question, options);
      return text === undefined ? [] : [[question.name, text]];
    }),
  );

async function answer(
  question: Question,
  answers: Answers,
  { options, asker, before = {} }: AskOptions,
): Promise<string> {
  const told = given(question, options);
  const suggested = before[question.name] ?? question.suggest?.(answers);
  if (told === undefined && asker !== undefined && question.text !== undefined)
    return askUntilRight(question, answers, asker, { suggested, isKept: question.name in before });
  return checked(question, told ?? suggested ?? '', answers).catch((error: unknown) => {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CliError(EXIT.usage, `${question.option} ${error.message}`, { cause: error });
  });
}

const checked = async ({ check }: Question, text: string, answers: Answers): Promise<string> =>
  check === undefined ? text : check(text, answers);

interface Suggested {
  readonly suggested: string | undefined;
  /** Whether it is what was answered before. */
  readonly isKept: boolean;
}

async function askUntilRight(
  question: Question,
  answers: Answers,
  asker: Asker,
  { suggested, isKept }: Suggested,
): Promise<string> {
  const { text, isSecret } = question;
  const hint = isSecret === true && isKept ? hintOf(suggested && 'as before') : hintOf(suggested);
  const ask = isSecret === true ? asker.askSecretly : asker.ask;
  for (;;) {
    const line = await ask(`${text}${hint}: `);
    const chosen = line === '' ? suggested : line;
    try {
      if (chosen !== undefined) return await checked(question, chosen, answers);
      asker.tell('  there has to be an answer');
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      asker.tell(`  ${error.message}`);
    }
  }
}

const hintOf = (suggested = ''): string => (suggested === '' ? '' : ` [${suggested}]`);

/** `--bind-dn` is `bindDn`. */
const keyOf = (option: string): string =>
  option.slice(2).replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

function given({ option }: Question, options: Options): string | undefined {
  const value = options[keyOf(option)];
  if (Array.isArray(value)) return value.join(' ');
  return typeof value === 'string' ? value : undefined;
}

/** The options without which nobody who is not there can be asked. */
export function missing(steps: readonly Step[], options: Options): readonly string[] {
  const answers: Answers = { ...flagsOf(options), ...givenAs(options, steps) };
  return steps.filter(isQuestion).flatMap((question) => {
    if (question.name in answers || question.isAsked?.(answers) === false) return [];
    return question.suggest === undefined ? [question.option] : [];
  });
}
