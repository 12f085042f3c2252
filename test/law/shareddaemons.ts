import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mirror } from '../../src/mirror/mirror.ts';
import { shareFeed } from '../../src/mirror/shared/sharing.ts';
import { openLawMirror } from './openmirror.ts';
import { TestStream } from './sharedstream.ts';
import { SharedDirectory, settle, Time } from './sharedworld.ts';

/** A daemon that mirrors the directory together with the others. */
export interface SharedDaemon {
  readonly mirror: Mirror;
  readonly life: AbortController;
  readonly takenFrom: () => string | undefined;
}

/** Daemons that mirror one directory, each with a file of its own; their time is moved by who holds them. */
export class SharedDaemons {
  readonly time = new Time();
  readonly directory = new SharedDirectory(this.time);
  readonly stream = new TestStream(this.time);
  readonly all: SharedDaemon[] = [];
  readonly #folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'shared-'));

  async start(i: number): Promise<void> {
    const life = new AbortController();
    const pacing = this.time.of(i);
    const follow = (cursor: string | undefined, signal: AbortSignal) =>
      this.directory.follow(cursor, signal, pacing);
    const { follow: shared, takenFrom } = shareFeed({
      follow,
      together: this.stream.of(i, life.signal),
      pacing,
    });
    const mirror = await openLawMirror(() => this.time.now, {
      settings: {
        path: join(this.#folder, `${i}.db`),
        whenAbsent: 'deny',
        acceptFor: 7_000_000,
        denyFor: 0,
        guard: 1,
        grace: 0,
      },
      follow: shared,
      list: follow,
      takenFrom,
      confirm: this.directory.confirm,
    });
    mirror.begin();
    await settle();
    this.all[i] = { mirror, life, takenFrom };
  }

  /** Ends it. `killed`: it tells nobody; `emptied`: and its file is gone. */
  async stop(i: number, how?: 'killed' | 'emptied'): Promise<void> {
    const one = this.all[i];
    if (how !== undefined) one?.life.abort();
    await one?.mirror.stop();
    if (how === 'emptied')
      for (const end of ['', '-wal', '-shm'])
        rmSync(join(this.#folder, `${i}.db${end}`), { force: true });
    this.time.frozen.delete(i);
  }

  async restart(i: number, how?: 'killed' | 'emptied'): Promise<void> {
    await this.stop(i, how);
    await this.start(i);
  }

  async close(): Promise<void> {
    for (const i of this.all.keys()) await this.stop(i, 'killed');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
