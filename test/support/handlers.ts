import type { Handlers } from '../../src/control/protocol.ts';

const unused = async (): Promise<never> => {
  throw new Error('it can’t be done here');
};

/** Refuses every command: a test spreads it and gives those that it is about. */
export const REFUSING: Handlers = {
  lookup: unused,
  explain: unused,
  explainSender: unused,
  explainTrace: unused,
  accept: unused,
  purge: unused,
  fleet: unused,
  known: unused,
  handover: unused,
  status: unused,
  shadow: unused,
  mirrors: unused,
  mirrorSync: unused,
  mirrorDiff: unused,
  figures: unused,
  drain: unused,
};
