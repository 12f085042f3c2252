import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * Reads how much CPU time a process has used, in user mode and in the kernel, over all its threads that still live. To the
 * nanosecond: proc_pid_stat(5) counts whole ticks of 10 ms, a tenth of what a short round takes.
 * @throws {Error} where the process is gone
 * @see https://docs.kernel.org/scheduler/sched-stats.html
 */
export function readCpuMs(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => {
    const [ranNs] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
    return sum + Number(ranNs) / 1e6;
  }, 0);
}

/**
 * Reads how long a process's main thread was ready to run and had no CPU, because others had it: no program can answer
 * meanwhile. Not a number where the kernel does not count it.
 * @see https://docs.kernel.org/scheduler/sched-stats.html
 */
export function readStarvedMs(pid: number): number {
  try {
    const [, waitedNs] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ');
    return Number(waitedNs) / 1e6;
  } catch {
    return Number.NaN;
  }
}

/**
 * Reads how much memory a process holds in RAM.
 * @throws {Error} where the process is gone
 */
export function readRssMiB(pid: number): number {
  const [, kiB] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kiB) / 1024;
}

/**
 * Counts the TCP connections (IPv4) that a process holds to a port.
 * @see proc_pid_net(5)
 */
export function countSockets(pid: number, port: number): number {
  const remote = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const inodes = readFileSync(`/proc/${pid}/net/tcp`, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , to = '', state]) => to.endsWith(remote) && state === ESTABLISHED)
    .map((fields) => `socket:[${fields[9]}]`);
  const held = new Set(
    readdirSync(`/proc/${pid}/fd`).map((descriptor) => readLink(`/proc/${pid}/fd/${descriptor}`)),
  );
  return inodes.filter((inode) => held.has(inode)).length;
}

const ESTABLISHED = '01';

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // Closed since it was listed.
    return '';
  }
}
