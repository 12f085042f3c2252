import { open } from 'node:fs/promises';
import { inTurn } from '../../src/files.ts';

/**
 * Loaded into a daemon's process (`HANGING`): the file that HANGS names hangs, as one on a mount that does, a thread of the
 * process with it, until its pipe beside it, `….pipe`, has a writer. It begins at the start, or, with HANGS_FROM, at that signal.
 */
const { HANGS: file = '', HANGS_FROM: signal } = process.env;

function hang(): void {
  void inTurn(file, async () => {
    const pipe = await open(`${file}.pipe`, 'r');
    await pipe.close();
  });
  process.stderr.write('the file hangs\n');
}

if (signal === undefined) hang();
else process.on(signal, hang);
