import { constants, setPriority } from 'node:os';

/**
 * Lets a process, or where none is named the thread that calls this, give way to whatever else of ours has work: it gets a tenth
 * of what they get. For work that no lookup waits for. Where it is not allowed, all stay alike.
 * @see https://man7.org/linux/man-pages/man2/setpriority.2.html
 */
export function giveWay(pid = 0): void {
  // Elsewhere a priority is a whole process's, so the daemon's.
  if (process.platform !== 'linux') return;
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // A sandbox may forbid it; and it may have ended by now, which is told elsewhere.
  }
}
