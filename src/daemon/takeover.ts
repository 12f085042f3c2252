import { type ControlConnection, connectControl, NoDaemonError } from '../control/client.ts';
import type { Log } from '../log.ts';

/** Confirming takes no time; a former daemon that hangs must not keep the new one from its own signals. */
const CONFIRM_MS = 2000;

/** Finds the daemon to take over from; absent: none runs, and this is an ordinary start. */
export async function connectToFormer(controlPath: string): Promise<ControlConnection | undefined> {
  try {
    return await connectControl(controlPath);
  } catch (error) {
    if (error instanceof NoDaemonError) return undefined;
    throw error;
  }
}

/**
 * Tells the former daemon to stop, once another has its place. Never rejects: with the place taken there is no way back,
 * and one that does not confirm is told.
 */
export async function endFormer(former: ControlConnection, log: Log): Promise<void> {
  // Closing ends the waiting; what was sent is still read.
  const timer = setTimeout(() => former.close(), CONFIRM_MS);
  try {
    await former.send('drain', {});
  } catch (error) {
    log.warn(
      { err: error },
      'the former daemon does not confirm that it stops: this one serves; where the former still runs, end it, for it holds TCP ports that both share',
    );
  } finally {
    clearTimeout(timer);
    former.close();
  }
}
