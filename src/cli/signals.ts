/** What a daemon does at a signal. */
export interface SignalHandlers {
  /** The first one that stops: it may go on for a while before. */
  readonly drain: (signal: NodeJS.Signals) => void;
  /** The second one: it stops at once. */
  readonly stop: (signal: NodeJS.Signals) => void;
  readonly reload: (signal: NodeJS.Signals) => void;
}

/**
 * Hears signals from now on, and keeps them until there are handlers. Of those that stop, the third one kills.
 *
 * Called first of all: before, SIGHUP kills, and to the first process of a container a signal that nobody listens for is
 * none.
 */
export function hearSignals(handlers: Promise<SignalHandlers>): void {
  const stopping = ['SIGTERM', 'SIGINT'] as const;
  let told = 0;
  const hearStop = (signal: NodeJS.Signals): void => {
    told += 1;
    const isFirst = told === 1;
    if (!isFirst) for (const each of stopping) process.off(each, hearStop);
    void handlers.then(({ drain, stop }) => (isFirst ? drain(signal) : stop(signal)));
  };
  for (const signal of stopping) process.on(signal, hearStop);
  process.on('SIGHUP', (signal) => void handlers.then(({ reload }) => reload(signal)));
}
