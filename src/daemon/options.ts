import type { Log, ShowAddress } from '../log.ts';
import type { LineFigures } from '../logwriter.ts';
import type { Takeover } from '../net/binding.ts';
import type { Settings } from '../settings.ts';
import type { StateOptions } from './state.ts';

/** What a daemon is started with. */
export interface DaemonOptions {
  readonly settings: Settings;
  readonly controlPath: string;
  readonly log: Log;
  /** What becomes of its lines; absent: none is dropped. */
  readonly logged?: LineFigures;
  readonly showAddress: ShowAddress;
  /** Where directories keep what they have to know again; absent: for as long as this process runs. */
  readonly statePath?: string;
  /** Take the endpoints over from a daemon that is running, and let it stop; absent: that is an error. */
  readonly takeover?: Takeover;
  /** Absent: the directories' own adapters. */
  readonly open?: StateOptions['open'];
}
