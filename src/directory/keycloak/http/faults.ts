import { Fault } from '../../directory.ts';

/** A fault that passes by itself: directly after a restart it is to be expected. */
export class Transient extends Fault {
  constructor(kind: 'directory' | 'timeout', reason: string, options?: ErrorOptions) {
    super(kind, reason, options);
    this.name = 'Transient';
  }
}

/** Keycloak takes a value of the question for an attack: no user can have it. */
export class BlockedValue extends Fault {
  constructor(reason: string) {
    super('entry', reason);
    this.name = 'BlockedValue';
  }
}

/** The token that was sent counts no more. */
export class Unauthorized extends Fault {
  /** What was said, without what to mend. */
  readonly said: string;
  constructor(said: string, mend: string) {
    super('directory', said + mend);
    this.name = 'Unauthorized';
    this.said = said;
  }
}

/**
 * Whoever was asked answers, and does not say what was asked for. A firewall before Keycloak does that to some questions
 * only, and strangers choose these: see `blame`.
 */
export class Refused extends Fault {
  /** What was said, without what to mend: that is another thing where one question alone is refused. */
  readonly said: string;
  constructor(said: string, mend = '', options?: ErrorOptions) {
    super('directory', said + mend, options);
    this.name = 'Refused';
    this.said = said;
  }
}

/** The client may not ask this. */
export class Forbidden extends Refused {
  constructor(said: string, mend: string) {
    super(said, mend);
    this.name = 'Forbidden';
  }
}

/** There is nothing at the path. It never means that there is no such user: nobody is looked for by path. */
export class NotThere extends Refused {
  constructor(said: string, mend: string) {
    super(said, mend);
    this.name = 'NotThere';
  }
}

/** A reply is longer than is read at a time: of one user or group that is larger than others, or of too many of them. */
export class TooLong extends Fault {
  constructor(reason: string, options?: ErrorOptions) {
    super('entry', reason, options);
    this.name = 'TooLong';
  }
}
