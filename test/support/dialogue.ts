import { PassThrough, Writable } from 'node:stream';
import type { Options } from '../../src/cli/init/ask/question.ts';
import { initByAsking, type Surroundings } from '../../src/cli/init/ask/wizard.ts';
import { KINDS, type TypeName } from '../../src/cli/init/begin.ts';

/**
 * What is answered to the first question that fits, in this order; `END` ends the input, as Ctrl-D does, and a function does
 * something elsewhere first.
 */
export type Script = readonly (readonly [
  question: RegExp,
  answer: string | typeof END | (() => Promise<string>),
])[];

export const END = Symbol('the input ends');

/** What came of it. */
export interface Dialogue {
  /** The exit code, or what was thrown. */
  readonly code: number | string;
  /** All that was said, answers left out. */
  readonly said: string;
}

/** Lets a command ask whoever answers by a script. */
export async function answerBy(
  name: TypeName,
  options: Options,
  script: Script,
  more: Partial<Surroundings> = {},
): Promise<Dialogue> {
  const input = new PassThrough();
  let said = '';
  let seen = 0;
  const rest = [...script];
  async function answer(given: Script[number][1]): Promise<void> {
    if (given === END) input.end();
    else input.write(`${typeof given === 'string' ? given : await given()}\n`);
  }
  const output = new Writable({
    write(chunk, _encoding, done) {
      said += String(chunk);
      done();
      // A question is put at once.
      if (!said.endsWith(': ')) return;
      const [next] = rest;
      if (next === undefined || !next[0].test(said.slice(seen))) {
        // A question that was not expected has no answer.
        setImmediate(() => input.end());
        return;
      }
      rest.shift();
      seen = said.length;
      // After the question has been put.
      setImmediate(() => void answer(next[1]));
    },
  });
  const surroundings = { terminal: { input, output }, isPiped: false, tell: () => {}, ...more };
  try {
    const code = await initByAsking(name, KINDS[name], options, surroundings);
    if (rest.length > 0) return { code: `it did not ask ${rest[0]?.[0]}`, said };
    return { code, said };
  } catch (error) {
    return { code: error instanceof Error ? error.message : String(error), said };
  }
}
