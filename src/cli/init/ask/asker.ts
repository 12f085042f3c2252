import { createInterface } from 'node:readline/promises';
import { type Readable, Writable } from 'node:stream';
import { printableLines } from '../../../printable.ts';
import { CliError, EXIT } from '../../exit.ts';

/** Where people answer: their terminal, or a test's streams. */
export interface Streams {
  readonly input: Readable;
  readonly output: Writable;
}

/** Asks people, one question after the other. */
export interface Asker {
  /** Gives a line, without blanks around it. @throws {CliError} where there will be none */
  readonly ask: (prompt: string) => Promise<string>;
  /** The same, and nobody sees what is typed. */
  readonly askSecretly: (prompt: string) => Promise<string>;
  readonly tell: (text: string) => void;
  /** Rejects once no more answers come: Ctrl-C, Ctrl-D, a signal. */
  readonly ended: Promise<never>;
  /** Ends it from outside. */
  readonly end: () => void;
}

/** Opens it; whoever does ends it. What is typed before it is asked for is not shown: it may be a password. */
export function createAsker({ input, output }: Streams): Asker {
  const terminal = 'isTTY' in output && output.isTTY === true;
  let isShown = false;
  const shown = new Writable({
    write(chunk, _encoding, done) {
      if (isShown) output.write(chunk);
      done();
    },
  });
  const lines: string[] = [];
  let waiting: ((line: string) => void) | undefined;
  const ending = Promise.withResolvers<never>();
  // Whoever waits for nothing at the time need not hear of it.
  ending.promise.catch(() => {});
  const reading = createInterface({ input, output: shown, terminal });
  reading.on('line', (line) => {
    isShown = false;
    if (waiting === undefined) lines.push(line);
    else waiting(line);
    waiting = undefined;
  });
  reading.on('SIGINT', () => reading.close());
  reading.on('close', () =>
    ending.reject(new CliError(EXIT.interrupted, 'no more answers: nothing was written')),
  );

  async function next(): Promise<string> {
    const line = lines.shift();
    if (line !== undefined) return line.trim();
    const coming = Promise.withResolvers<string>();
    waiting = coming.resolve;
    return (await Promise.race([coming.promise, ending.promise])).trim();
  }

  /** A terminal shows a prompt again as it is edited, so it has to know it. */
  function prompt(text: string): void {
    output.write(text);
    if (terminal) reading.setPrompt(text);
  }

  return {
    async ask(text) {
      prompt(text);
      isShown = true;
      try {
        return await next();
      } finally {
        isShown = false;
      }
    },
    async askSecretly(text) {
      prompt(text);
      try {
        return await next();
      } finally {
        output.write('\n');
      }
    },
    tell: (text) => output.write(`${printableLines(text)}\n`),
    ended: ending.promise,
    end: () => reading.close(),
  };
}
