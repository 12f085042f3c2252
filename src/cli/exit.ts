/** Exit codes of sysexits.h, which mail software speaks. */
export const EXIT = {
  ok: 0,
  /** `lookup`: NOTFOUND; `rcpt`: refused; of both: not what was expected. */
  notFound: 1,
  usage: 64,
  /** An address or a file given to a command can't be used. */
  data: 65,
  /** An endpoint is in use, or no daemon answers. */
  unavailable: 69,
  software: 70,
  /** TEMP, or a directory that doesn't answer. */
  temporary: 75,
  /** The configuration can't be used; PERM. */
  config: 78,
  /** Whoever was asked ended it: what a shell says of Ctrl-C. */
  interrupted: 130,
} as const;

/** Ends a command with a message for whoever called it, without a stack. */
export class CliError extends Error {
  readonly code: number;
  constructor(code: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CliError';
    this.code = code;
  }
}
