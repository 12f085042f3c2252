import { getHeapStatistics, type HeapInfo } from 'node:v8';
import { type Family, type Section, single } from './family.ts';
import type { Lag } from './lag.ts';

const lag = (which: keyof Lag, words: string): Family => ({
  name: `nodejs_eventloop_lag_${which}_seconds`,
  type: 'gauge',
  labels: [],
  help: `How late the event loop was since the scrape before, ${words}; each scrape starts anew.`,
  advice:
    'Above 0.05 s: the process is short of CPU, throttled, or busy with one long task or garbage collection, and all answers are late by as much.',
  samples: (observed) => single(observed.lag()[which]),
});

const heap = (what: string, help: string, read: (all: HeapInfo) => number): Family => ({
  name: `nodejs_heap_size_${what}_bytes`,
  type: 'gauge',
  labels: [],
  help,
  samples: () => single(read(getHeapStatistics())),
});

const families: readonly Family[] = [
  lag('p50', 'at the median'),
  lag('p99', 'at the 99th percentile'),
  lag('max', 'at most'),
  heap('used', 'What the objects of the heap take.', (all) => all.used_heap_size),
  heap('total', 'What the heap takes.', (all) => all.total_heap_size),
  {
    ...heap(
      'limit',
      'What the heap may take; needing more ends the process.',
      (all) => all.heap_size_limit,
    ),
    advice:
      'Where the heap used comes near: set `--max-old-space-size-percentage` in NODE_OPTIONS, or lower `cache.entries`.',
  },
  {
    name: 'nodejs_external_memory_bytes',
    type: 'gauge',
    labels: [],
    help: 'What objects hold outside the heap, buffers for the most part.',
    samples: () => single(process.memoryUsage().external),
  },
];

/** The process as Node sees it. */
export const NODE: Section = { title: 'Node', families };
