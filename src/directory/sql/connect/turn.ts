import type { Writable } from 'node:stream';

/**
 * Makes what is called before something is written to a stream: what is written in one turn of the event loop leaves at once. A
 * write costs more than what it says.
 */
export function createTurn(stream: Writable): () => void {
  let isOn = false;
  return () => {
    if (isOn) return;
    isOn = true;
    stream.cork();
    setImmediate(() => {
      isOn = false;
      stream.uncork();
    });
  };
}
