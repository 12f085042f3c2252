import { constants, getPriority, setPriority } from 'node:os';

/**
 * Lets a process that we have started, or where none is named the thread that calls this, give way to whatever else of ours has
 * work: it gets a tenth of what they get. For work that no lookup waits for. Where it is not allowed, all stay alike.
 * @see https://man7.org/linux/man-pages/man2/setpriority.2.html
 */
export function giveWay(pid = 0): void {
  // Elsewhere a priority is a whole process's, so the daemon's.
  if (process.platform !== 'linux') return;
  const { PRIORITY_BELOW_NORMAL, PRIORITY_LOW } = constants.priority;
  try {
    setPriority(pid, Math.min(getPriority() + PRIORITY_BELOW_NORMAL, PRIORITY_LOW));
  } catch {
    // A sandbox may forbid it; and it may have ended by now, which is told elsewhere.
  }
}
