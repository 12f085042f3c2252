import { rm } from 'node:fs/promises';
import {
  CommandError,
  type ControlConnection,
  connectControl,
  NoDaemonError,
} from '../control/client.ts';
import type { Log } from '../log.ts';
import { readMemory, type SavedMemory } from './memoryfile.ts';

/** Confirming takes no time; a former daemon that hangs must not keep the new one from its own signals. */
const CONFIRM_MS = 2000;

/** What is remembered is written and read within this, or it is done without. */
const HANDOVER_MS = 5000;

/** Finds the daemon to take over from; absent: none runs, and this is an ordinary start. */
export async function connectToFormer(controlPath: string): Promise<ControlConnection | undefined> {
  try {
    return await connectControl(controlPath);
  } catch (error) {
    if (error instanceof NoDaemonError) return undefined;
    throw error;
  }
}

/** Where a daemon writes what it hands over: a directory that both reach, and nobody else. */
export const handoverPath = (controlPath: string): string => `${controlPath}.handover`;

/**
 * Lets the former daemon hand over what it remembers and keeps, so that a take-over in an outage forgets nobody. Absent:
 * it can't, for it is of an older version, hangs, or has no room; that is told, and it is done without. Never rejects.
 */
export async function receiveMemory(
  controlPath: string,
  log: Log,
): Promise<SavedMemory | undefined> {
  const late = Promise.withResolvers<never>();
  let former: ControlConnection | undefined;
  const timer = setTimeout(
    () => late.reject(new Error(`it took longer than ${HANDOVER_MS} ms`)),
    HANDOVER_MS,
  );
  const receive = async (): Promise<SavedMemory | undefined> => {
    former = await connectControl(controlPath);
    const { path } = await former.send('handover', {});
    return readMemory(path);
  };
  try {
    return await Promise.race([receive(), late.promise]);
  } catch (error) {
    const level = error instanceof CommandError ? 'info' : 'warn';
    log[level](
      { err: error },
      'the former daemon hands over nothing that it remembers: who is known is read from the files, where there are any',
    );
    return undefined;
  } finally {
    clearTimeout(timer);
    // One that hangs would hold the process, long after this one was told to stop.
    former?.close();
    // It holds addresses, and has been read.
    await rm(handoverPath(controlPath), { force: true }).catch(() => {});
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
