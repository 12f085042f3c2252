import { reasonOf } from '../../../reason.ts';
import { CliError } from '../../exit.ts';

/** An answer that names what can't be used, and why: whoever gave it is asked again. */
export const explainFault = (what: string, error: unknown): SyntaxError =>
  new SyntaxError(`${what}: ${reasonOf(error)}`, { cause: error });

/** Makes the check of an option one of an answer, whose fault does not begin with the option's name. */
export const asAnswer =
  <T>(option: string, read: (text: string) => T) =>
  (text: string): T => {
    try {
      return read(text);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      throw new SyntaxError(error.message.replace(`${option} `, ''), { cause: error });
    }
  };
