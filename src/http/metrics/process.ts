import { readdirSync, readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { calendarOf } from '../../clock.ts';
import { type Family, type Sample, type Section, single } from './family.ts';

const families: readonly Family[] = [
  {
    name: 'process_start_time_seconds',
    type: 'gauge',
    labels: [],
    help: 'When the process started.',
    advice: 'Recent, and nobody restarted it: the log, or the system’s, says why it ended.',
    samples: () => single(calendarOf(0) / 1000),
  },
  {
    name: 'process_cpu_seconds_total',
    type: 'counter',
    labels: [],
    help: 'CPU time of the process.',
    advice: 'A rate near 1 is all that one process can use: run a second one.',
    samples: () => {
      const { user, system } = process.cpuUsage();
      return single((user + system) / 1e6);
    },
  },
  {
    name: 'process_resident_memory_bytes',
    type: 'gauge',
    labels: [],
    help: 'Memory that the process holds.',
    advice:
      'Near `idpmap_process_memory_limit_bytes`: raise the limit, or lower `cache.entries` (about 1 kB each).',
    samples: () => single(process.memoryUsage.rss()),
  },
  {
    name: 'idpmap_process_memory_limit_bytes',
    type: 'gauge',
    labels: [],
    help: 'Memory that the process may hold: its container’s limit, else the machine’s memory.',
    samples: () => single(memoryLimit()),
  },
  {
    name: 'process_open_fds',
    type: 'gauge',
    labels: [],
    help: 'File descriptors that are open; Linux only.',
    advice: 'Near `process_max_fds`: raise LimitNOFILE, or see who connects so often.',
    samples: () => readLinux(() => readdirSync('/proc/self/fd').length),
  },
  {
    name: 'process_max_fds',
    type: 'gauge',
    labels: [],
    help: 'File descriptors that may be open; Linux only.',
    advice: 'It should be well above `connections.max`.',
    samples: () => readLinux(readMaxFds),
  },
];

/** Node tells a number beyond all memory where there is no limit. */
function memoryLimit(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** One sample of what `/proc` says; none where there is no `/proc`. */
function readLinux(read: () => number): readonly Sample[] {
  try {
    return single(read());
  } catch {
    return [];
  }
}

function readMaxFds(): number {
  const soft = /^Max open files +(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
}

/** The process as the system sees it. */
export const PROCESS: Section = { title: 'Process', families };
