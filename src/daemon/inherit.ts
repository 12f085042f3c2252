import type { Clock } from '../clock.ts';
import type { ControlConnection } from '../control/client.ts';
import type { Log } from '../log.ts';
import type { Takeover } from '../net/binding.ts';
import { saveMemory } from './memoryfile.ts';
import type { Served } from './served.ts';
import { createStateFile, type StateFile } from './statefile.ts';
import { connectToFormer, handoverPath, receiveMemory } from './takeover.ts';

export interface InheritOptions {
  readonly controlPath: string;
  /** Absent: what is kept lives as long as this process. */
  readonly statePath?: string;
  readonly takeover?: Takeover;
  readonly log: Log;
}

/** What a daemon knows before it has asked anybody. */
export interface Inheritance {
  /** What directories keep: as the file says, or as it was handed over. */
  readonly kept: StateFile;
  /** The daemon that is taken over from; absent: none runs, or that is not meant. */
  readonly former?: ControlConnection;
  /** Restores who the former one knew. */
  restore(served: ReadonlyMap<string, Served>, staleMs: number, clock: Clock): Promise<void>;
}

/** Reads what was kept, and lets a former daemon hand over what it knows. Never rejects for want of either. */
export async function inherit(options: InheritOptions): Promise<Inheritance> {
  const { controlPath, statePath, takeover, log } = options;
  const former = takeover === 'yes' ? await connectToFormer(controlPath) : undefined;
  const handed = former && (await receiveMemory(controlPath, log));
  const kept = createStateFile({ log, ...(statePath !== undefined && { path: statePath }) });
  await kept.load();
  if (handed !== undefined) kept.adopt(handed.kept);
  return {
    kept,
    ...(former && { former }),
    restore: async (served, staleMs, clock) => {
      await handed?.restore(served, staleMs, clock);
    },
  };
}

/** A daemon's side of being taken over from. */
export interface Bequest {
  /** Writes what is known and kept for whoever takes over; gives the file. */
  readonly handOver: () => Promise<string>;
  /** Another has the place: what was handed over is that one's, its files are too. */
  readonly succeed: () => void;
  /** Whether they are. */
  readonly isSucceeded: () => boolean;
}

/** Creates it; nothing is handed over yet. */
export function createBequest(
  { controlPath }: Pick<InheritOptions, 'controlPath'>,
  kept: StateFile,
  served: () => ReadonlyMap<string, Served>,
  clock: Clock,
): Bequest {
  let isHandedOver = false;
  let isSucceeded = false;
  return {
    handOver: async () => {
      const path = handoverPath(controlPath);
      await saveMemory(path, served().values(), clock, kept.list());
      isHandedOver = true;
      return path;
    },
    succeed: () => {
      isSucceeded = isHandedOver;
      if (isSucceeded) kept.stop();
    },
    isSucceeded: () => isSucceeded,
  };
}
