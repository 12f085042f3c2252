/**
 * Lets whoever reads our output leave before its end, as `head` does: the rest is written for nobody, and the command ends
 * as it would have. Without it Node ends the process with a stack, a daemon too.
 */
export function forgiveReaders(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
}
