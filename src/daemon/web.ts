import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../home.ts';
import type { AdminHandlers } from '../http/admin.ts';
import type { Phase } from '../http/health.ts';
import type { MetricSources } from '../http/metrics/sources.ts';
import type { Metrics } from '../http/metrics.ts';
import type { Log } from '../log.ts';
import type { Takeover } from '../net/binding.ts';
import type { Endpoint } from '../net/endpoint.ts';

/** What the HTTP side shows and offers. */
export interface WebOptions {
  readonly sources: Omit<MetricSources, 'web'> & { readonly phase: () => Phase };
  /** What the page shows. */
  readonly status: () => object;
  readonly handlers: AdminHandlers;
  readonly log: Log;
  readonly takeover?: Takeover;
}

/** The HTTP side of a daemon. */
export interface Web {
  /** Where it listens; absent: it is off. */
  readonly endpoint?: Endpoint;
  /** Loads what answers, unless that is done or under way. Never rejects. */
  load(): Promise<void>;
  /**
   * Puts a Unix socket into its place, over who was there; over TCP it answers as soon as it is bound. It is loaded a moment
   * later, or when somebody asks before.
   * @throws {EndpointError} that says why it can't; it is to be closed then
   */
  publish(): Promise<void>;
  /** Ends it. Again: the same promise. */
  close(): Promise<void>;
}

/** Serves nothing. */
const NO_WEB: Web = { load: async () => {}, publish: async () => {}, close: async () => {} };

/** Loading holds up all else for some 100 ms: whoever has waited for the socketmap is answered first. */
const LOAD_MS = 100;

/**
 * Opens the HTTP side, a Unix socket aside until it is published; where it is off, its libraries are not even loaded.
 * @throws {EndpointError} where its endpoint can't be opened
 */
export async function openWeb({ sources, ...options }: WebOptions): Promise<Web> {
  const { endpoint } = sources.state().settings.http;
  if (endpoint === 'off') return NO_WEB;
  const [{ openHttp }, { createHttpFigures }] = await Promise.all([
    import('../http/server.ts'),
    import('../http/figures.ts'),
  ]);
  const figures = createHttpFigures();
  let metrics: Promise<Metrics> | undefined;
  const loadMetrics = (): Promise<Metrics> => {
    metrics ??= import('../http/metrics.ts').then(({ createMetrics }) =>
      createMetrics({ ...sources, web: figures }),
    );
    return metrics;
  };
  const server = await openHttp({
    ...options,
    endpoint,
    settings: () => sources.state().settings.http,
    phase: sources.phase,
    figures,
    metrics: loadMetrics,
  });
  let soon: NodeJS.Timeout | undefined;
  let isClosed = false;
  const load = async (): Promise<void> => {
    await server.load();
    // Whoever asks for metrics is told why there are none.
    if (!isClosed) await loadMetrics().catch(() => {});
  };
  return {
    endpoint: server.endpoint,
    load,
    publish: async () => {
      await server.publish();
      soon = setTimeout(() => void load(), LOAD_MS);
    },
    close: async () => {
      isClosed = true;
      clearTimeout(soon);
      await server.close();
      await metrics?.then((each) => each.stop()).catch(() => {});
    },
  };
}

/** Reads which version of idpmap this is. */
export function readVersion(): string {
  const { version }: { readonly version: string } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  );
  return version;
}
