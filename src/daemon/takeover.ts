import { type ControlConnection, connectControl, NoDaemonError } from '../control/client.ts';

/** Finds the daemon to take over from; absent: none runs, and this is an ordinary start. */
export async function connectToFormer(controlPath: string): Promise<ControlConnection | undefined> {
  try {
    return await connectControl(controlPath);
  } catch (error) {
    if (error instanceof NoDaemonError) return undefined;
    throw error;
  }
}
